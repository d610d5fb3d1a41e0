import type { Config } from '../../domain/config.ts'
import { defaultColumns } from '../../domain/run-columns.ts'
import type { LinkedRun } from '../../features/link-runs.ts'
import type { ShownCommit } from '../../features/show-commit.ts'
import type { StoredRun } from '../../store/runs.ts'
import type { Colors } from '../colors.ts'
import { formatAge, formatTime } from './duration.ts'
import { runCell } from './run-cell.ts'
import { runColumns } from './runs.ts'
import type { Section } from './sections.ts'
import { fileTable } from './show-run.ts'
import type { Column } from './column.ts'

const SHORT = 12
const MANY = 20
const RULES: Record<LinkedRun['rule'], string> = {
  produced: 'produced its weights',
  'same-tree': 'ran on exactly its files',
  'same-commit': 'ran from it',
  linked: 'linked',
  nearest: 'nearest',
}

/** Lays out all that is known of a commit. */
export function commitSections(shown: ShownCommit, now: number, colors: Colors): Section[] {
  const { commit, subject, author, date, models } = shown
  return [
    {
      title: `commit ${commit}`,
      facts: [
        { label: 'subject', value: subject === '' ? '""' : subject },
        { label: 'author', value: author },
        { label: 'date', value: `${formatTime(date)} (${formatAge(Date.parse(date), now)})` },
      ],
    },
    runsSection(shown, now, colors),
    ...models.map(({ model, files }) => {
      const title = `model ${model.name}`
      if (files.length > 0) return { title, table: fileTable(files) }
      return { title, remark: `${model.path} is in git itself, not in Git LFS` }
    }),
  ]
}

/** Lays out runs in a few columns. */
export function shortRuns(
  runs: readonly StoredRun[],
  config: Config,
  now: number,
  colors: Colors,
): NonNullable<Section['table']> {
  const chosen = defaultColumns(
    runs.map(({ record }) => record),
    config,
  )
  const columns: readonly Column[] = runColumns(chosen, runs)
  const rows = runs.map((run) =>
    chosen.map(({ field }) => runCell(run, field, { format: 'text', now, colors })),
  )
  return { columns, rows }
}

function runsSection({ linked, state, commit, config }: ShownCommit, now: number, colors: Colors): Section {
  const title = 'runs'
  if (linked.length > 0) {
    const shown = linked.slice(0, MANY)
    const runs = shown.map(({ run }) => run)
    const { columns, rows } = shortRuns(runs, config, now, colors)
    const table = {
      columns: [{ title: 'why' }, ...columns],
      rows: rows.map((row, index) => [why(shown[index]!), ...row]),
    }
    const rest = linked.length - shown.length
    const all = `git model runs --filter "commit = '${commit.slice(0, SHORT)}'"`
    return { title, table, ...(rest > 0 && { remark: `and ${rest} more; those that ran from it: ${all}` }) }
  }
  if (state === 'unfetched')
    return { title, remark: 'not fetched: no runs ever were in this clone: git model sync' }
  return {
    title,
    remark: `none is recorded for this commit; look at earlier ones: git model show --nearest ${commit.slice(0, SHORT)}`,
  }
}

function why({ rule, distance }: LinkedRun): string {
  if (rule !== 'nearest') return RULES[rule]
  return `nearest, ${distance} ${distance === 1 ? 'commit' : 'commits'} before`
}
