import { buildCommand } from '@stricli/core'
import { ModelError } from '../../domain/errors.ts'
import type { RunList } from '../../features/list-runs.ts'
import type { Context } from '../context.ts'
import { jsonFlag } from '../flags.ts'
import type { TableFormat } from '../render/table.ts'

interface Flags {
  filter?: string
  sort?: string
  limit?: number
  columns?: string
  format: TableFormat
  json?: boolean
  all?: boolean
}

const SCREENFUL = 50

/** `git model runs` */
export const runs = buildCommand<Flags, [], Context>({
  docs: {
    brief: 'List runs',
    fullDescription: [
      'List runs, the newest first: finished ones and those that are running now.',
      '',
      "FILTER is comparisons joined by AND, as in MLflow's run search. On the left stands metrics.NAME,",
      'params.NAME, tags.NAME, datasets.name or an attribute: name, status, experiment, kind, branch,',
      'commit, dirty, author, start_time, end_time, duration (seconds), exit, run_id, parent, notes, command.',
      'A run that does not have the thing never fits, not even with !=. All of it: docs/runs.md.',
      '',
      'KEY is such a name, with ASC or DESC behind it or a minus in front. A metric with a goal in',
      '.gitmodel.yaml puts the best first when no direction is given.',
      '',
      'Examples:',
      '  git model runs',
      `  git model runs --filter "metrics.val/acc > 0.9 AND params.lr = '0.001'"`,
      '  git model runs --sort metrics.val/acc --limit 5',
      '  git model runs --columns id,name,metrics.*,params.lr --format csv',
    ].join('\n'),
  },
  parameters: {
    flags: {
      filter: {
        kind: 'parsed',
        parse: String,
        brief: 'Only runs that fit',
        optional: true,
        placeholder: 'FILTER',
      },
      sort: {
        kind: 'parsed',
        parse: String,
        brief: 'Order by these keys',
        optional: true,
        placeholder: 'KEY,…',
      },
      limit: {
        kind: 'parsed',
        parse: parseLimit,
        brief: `At most so many runs (on a terminal ${SCREENFUL} by default)`,
        optional: true,
        placeholder: 'N',
      },
      columns: {
        kind: 'parsed',
        parse: String,
        brief: 'Which columns, separated by commas; metrics.* is all of them',
        optional: true,
        placeholder: 'a,b,…',
      },
      format: {
        kind: 'enum',
        values: ['text', 'md', 'csv'],
        brief: 'Text, Markdown or CSV',
        default: 'text',
      },
      json: jsonFlag,
      all: { kind: 'boolean', brief: 'Every run, deleted ones too', optional: true, withNegated: false },
    },
  },
  async func(flags) {
    const { listRuns } = await import('../../features/list-runs.ts')
    const isScreen =
      this.out.isTerminal && flags.format === 'text' && flags.json !== true && flags.all !== true
    const limit = flags.limit ?? (isScreen ? SCREENFUL : undefined)
    const list = await listRuns(this.world, {
      ...(flags.filter !== undefined && { filter: flags.filter }),
      ...(flags.sort !== undefined && { sort: flags.sort }),
      ...(limit !== undefined && { limit }),
      deleted: flags.all === true,
    })
    if (flags.json === true) {
      const { runsJson } = await import('../render/runs-json.ts')
      this.out.json(runsJson(list))
    } else {
      await printTable(this, flags, list)
    }
    if (list.missing.length > 0) await warnOfMissing(this.out, list)
    if (list.invalid !== undefined)
      this.out.warn(`${list.invalid.message}; it counts as empty`, list.invalid.hints[0])
    if (list.unfolded !== undefined)
      this.out.warn(
        `what was recorded last is not in git yet: ${list.unfolded.message}`,
        'git model doctor --fix',
      )
    if (list.unreadable.length > 0) {
      const count = list.unreadable.length
      this.out.warn(
        `${count} ${count === 1 ? 'run has a note' : 'runs have notes'} that cannot be read`,
        'git model doctor',
      )
    }
  },
})

async function warnOfMissing(out: Context['out'], { missing }: RunList): Promise<void> {
  const { missingText } = await import('../../features/missing-fields.ts')
  const { safeText } = await import('../../domain/safe-text.ts')
  for (const field of missing) out.warn(safeText(missingText(field)))
}

async function printTable({ out, world }: Context, flags: Flags, list: RunList): Promise<void> {
  const shown = list.runs
  const { defaultColumns, parseColumns } = await import('../../domain/run-columns.ts')
  const records = shown.map(({ record }) => record)
  const columns =
    flags.columns === undefined ? defaultColumns(records, list.config) : parseColumns(flags.columns, records)
  if (shown.length === 0 && flags.format === 'text') return sayNothingFound(out, flags, list)
  const { renderRuns, legend } = await import('../render/runs.ts')
  const width = out.isTerminal ? { width: out.width } : {}
  const table = renderRuns(shown, columns, {
    format: flags.format,
    now: world.now(),
    colors: out.colors,
    ...width,
  })
  out.result(table.text)
  if (flags.format !== 'text') return
  const marks = legend(shown)
  if (marks !== undefined) out.status(marks)
  if (shown.length < list.total) {
    out.status(`${shown.length} of ${list.total} runs; see more with --limit ${list.total}`)
  }
  if (table.hidden.length > 0) {
    const some = table.hidden.slice(0, 4).join(', ') + (table.hidden.length > 4 ? ', …' : '')
    out.status(
      `no room for ${table.hidden.length} columns (${some}); choose with --columns, or see all with --format csv`,
    )
  }
}

function sayNothingFound(out: Context['out'], flags: Flags, list: RunList): void {
  if (list.known === 0 && list.hidden === 0) {
    out.status(list.state === 'unfetched' ? 'no runs here, and none were ever fetched' : 'no runs yet')
    if (list.state === 'unfetched') out.status("hint: git model sync   brings your team's")
    out.status('hint: git model run -- python train.py   records one')
    return
  }
  if (flags.filter !== undefined && list.total === 0 && list.hidden === 0) {
    const never = /!=|not\s+in/i.test(flags.filter) ? '; a run that does not have a value never fits' : ''
    return out.status(`none of ${list.known} runs fits the filter${never}`)
  }
  if (list.total > 0) return out.status(`${list.total} runs; none is shown with --limit 0`)
  out.status(`${list.hidden} deleted ${list.hidden === 1 ? 'run' : 'runs'}; see with --all`)
}

function parseLimit(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new ModelError('argument-invalid', `"${text}" is no number of runs`, {
    hints: ['git model runs --limit 20'],
  })
}
