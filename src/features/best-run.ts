import { primaryMetric, type Goal } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import { parseFilter } from '../domain/filter-parse.ts'
import type { Filter, FilterClause, FilterField } from '../domain/filter.ts'
import { fromStored } from '../domain/number.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { World } from '../domain/world.ts'
import { readConfig } from '../store/config.ts'
import { openStore } from '../store/open-store.ts'
import { askRuns } from '../store/run-index.ts'
import type { RunTable } from '../store/run-table.ts'
import type { StoredRun } from '../store/runs.ts'
import { askedFields, missingFields, missingText, type MissingField } from './missing-fields.ts'
import { selectRuns } from './select-runs.ts'

/** By what the best run is chosen. */
export interface BestRunOptions {
  /** By default the primary metric of `.gitmodel.yaml`. */
  metric?: string
  /** By default what `.gitmodel.yaml` says of the metric. */
  goal?: Goal
  /** A filter, see `parseFilter`. One that does not speak of the status means finished runs. */
  filter?: string
}

/** The best run, and what it was chosen by. */
export interface BestRun {
  run: StoredRun
  metric: string
  goal: Goal
  value: number
  /** Among how many runs that have the metric. */
  candidates: number
}

/**
 * Finds the run with the best last value of a metric; of equal ones the newest.
 *
 * @throws ModelError `argument-invalid` where it is not said by which metric or goal, `run-unknown` where no run
 *   fits, `filter-invalid`, `config-invalid`.
 */
export async function bestRun(world: World, options: BestRunOptions = {}): Promise<BestRun> {
  const store = await openStore(world)
  const config = await readConfig(store.repo)
  const metric = options.metric ?? primaryMetric(config)
  if (metric === undefined) throw noMetric()
  const known = config.metrics !== undefined && Object.hasOwn(config.metrics, metric)
  const goal = options.goal ?? (known ? config.metrics![metric]!.goal : undefined)
  const field = { group: 'metric', key: metric } as const
  if (goal === undefined) {
    await askRuns(store, (runs) => refuseMissing(runs, field, options))
    throw noGoal(metric, options)
  }
  const filter = parseFilter(options.filter ?? '')
  const selection = {
    filter: withDefaults(filter, field),
    keys: [{ field, direction: goal === 'max' ? ('desc' as const) : ('asc' as const) }],
    limit: 1,
  }
  const { best, total, missing } = await askRuns(store, async (runs) => {
    await refuseMissing(runs, field, options)
    const { rows, total } = await selectRuns(runs, selection, config)
    return { best: (await runs.load(rows))[0], total, missing: missingFields(runs, askedFields(filter)) }
  })
  if (best === undefined) throw nothingFits(metric, options.filter, missing)
  const value = fromStored(best.record.metrics![metric]!.last)
  return { run: best, metric, goal, value, candidates: total }
}

// A run that diverged is never the best one, nor is one that is not done.
function withDefaults(filter: Filter, field: FilterClause['field']): Filter {
  const status = { group: 'attribute', key: 'status' } as const
  const speaksOfStatus = filter.clauses.some(
    (clause) => clause.field.group === 'attribute' && clause.field.key === 'status',
  )
  return {
    ...filter,
    clauses: [
      ...filter.clauses,
      { field, operator: '!=', value: Number.NaN },
      ...(speaksOfStatus ? [] : [{ field: status, operator: '=' as const, value: 'finished' }]),
    ],
  }
}

function noMetric(): ModelError {
  return new ModelError('argument-invalid', 'it is not said by which metric runs are judged', {
    hints: ['git model best --metric val/acc --goal max', 'or mark one as "primary: true" in .gitmodel.yaml'],
  })
}

function noGoal(metric: string, options: BestRunOptions): ModelError {
  return new ModelError('argument-invalid', `it is not said whether a high or a low "${metric}" is better`, {
    hints: [`${typed({ ...options, metric })} --goal max   (or min)`, 'or give it a goal in .gitmodel.yaml'],
    data: { metric },
  })
}

function typed({ metric, filter, goal }: BestRunOptions): string {
  const given = Object.entries({ metric, filter, goal })
  return formatCommand(
    ...['git', 'model', 'best'],
    ...given.flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, value])),
  )
}

async function refuseMissing(runs: RunTable, field: FilterField, options: BestRunOptions): Promise<void> {
  await runs.prepare([field])
  const [missing] = missingFields(runs, [field])
  if (missing === undefined) return
  const metric = missing.near?.group === 'metric' ? missing.near.key : undefined
  throw new ModelError('run-unknown', missingText(missing), {
    hints: [
      ...(metric === undefined ? [] : [typed({ ...options, metric })]),
      'git model runs --columns id,name,metrics.*',
      'git model sync   (if a teammate made it)',
    ],
    data: { metric: field.key },
  })
}

function nothingFits(
  metric: string,
  filter: string | undefined,
  missing: readonly MissingField[],
): ModelError {
  const which = filter === undefined ? 'no finished run' : 'no run that fits the filter'
  const why = missing.map((field) => `; ${missingText(field)}`).join('')
  return new ModelError('run-unknown', `${which} has a value of "${metric}"${why}`, {
    hints: ['git model runs', 'git model sync   (if a teammate made it)'],
    data: { metric, ...(filter !== undefined && { filter }) },
  })
}
