import type { ComparedField } from '../../domain/compare-runs.ts'
import type { Scalar } from '../../domain/scalar.ts'
import type { StoredRun } from '../../store/runs.ts'
import { formatNumber } from './number.ts'
import { runCell, ABSENT, type CellOptions } from './run-cell.ts'
import { runJson, type RunJson } from './runs-json.ts'
import { renderTable } from './table.ts'
import type { Cell } from './column.ts'

/** The answer of `git model compare --json`. */
export type ComparedRunsJson = {
  schema: 'runs-compare/v1'
  runs: RunJson[]
  /** Values stand in the order of `runs`; null where a run has none. NaN and the infinities are texts. */
  fields: (Omit<ComparedField, 'values'> & { values: (Scalar | null)[] })[]
}

/** Makes the JSON answer. */
export function comparedRunsJson(
  runs: readonly StoredRun[],
  fields: readonly ComparedField[],
): ComparedRunsJson {
  return {
    schema: 'runs-compare/v1',
    runs: runs.map(runJson),
    fields: fields.map((field) => ({ ...field, values: field.values.map(jsonValue) })),
  }
}

/** Writes runs as the columns of a table. */
export function renderComparedRuns(
  runs: readonly StoredRun[],
  fields: readonly ComparedField[],
  options: CellOptions,
): string {
  const { format } = options
  const isExact = format === 'csv'
  const ids = runs.map(({ record }) => (isExact ? record.run : record.run.slice(0, 8)))
  const columns = [{ title: isExact ? 'field' : 'run' }, ...ids.map((title) => ({ title }))]
  const names: Cell[] = ['name', ...runs.map(({ record }) => record.name)]
  const shared = sharedKeys(fields)
  const rows = fields.map((field) => [
    titleOf(field, shared, isExact),
    ...runs.map((run, index) => cellOf(field, run, index, options)),
  ])
  return renderTable(columns, [names, ...rows], format, options)
}

const PLURAL = {
  metric: 'metrics',
  param: 'params',
  tag: 'tags',
  input: 'inputs',
  output: 'outputs',
} as const
const TITLES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    start_time: 'started',
    user_id: 'author',
    'code.commit': 'commit',
    'code.tree': 'tree',
  }),
)
const ARROWS = { max: '↑', min: '↓' } as const
const BEST = '★'

// Keys that several groups have.
function sharedKeys(fields: readonly ComparedField[]): ReadonlySet<string> {
  const seen = new Set<string>()
  return new Set(
    fields.flatMap(({ key }) => {
      if (seen.has(key)) return [key]
      seen.add(key)
      return []
    }),
  )
}

function titleOf(field: ComparedField, shared: ReadonlySet<string>, isExact: boolean): string {
  const { group, key, goal } = field
  if (group === 'run') return isExact ? key : (TITLES.get(key) ?? key)
  const name = group === 'environment' ? `environment.${key}` : `${PLURAL[group]}.${key}`
  if (isExact) return name
  const title = shared.has(key) || group === 'environment' ? name : key
  return goal === undefined ? title : `${title} ${ARROWS[goal]}`
}

function cellOf(field: ComparedField, run: StoredRun, index: number, options: CellOptions): Cell {
  const { group, key, best } = field
  if (group === 'run' || group === 'param' || group === 'tag') {
    return runCell(run, { group: group === 'run' ? 'attribute' : group, key }, options)
  }
  const value = field.values[index]
  if (options.format === 'csv') return value === undefined ? '' : String(value)
  if (value === undefined) return { text: ABSENT, paint: options.colors.dim }
  if (typeof value !== 'number' || group !== 'metric') return shorten(String(value))
  const text = formatNumber(value)
  return best?.includes(index) === true ? { text: `${text} ${BEST}`, paint: options.colors.green } : text
}

// Digests say by their first digits whether they are the same.
function shorten(text: string): string {
  return text.replace(/^((?:sha256|git-tree|git-blob):[0-9a-f]{12})[0-9a-f]+$/, '$1…')
}

function jsonValue(value: Scalar | undefined): Scalar | null {
  if (value === undefined) return null
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
