import { statSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { RunRecord } from '../domain/run.ts'
import { askRuns } from '../store/run-index.ts'
import type { Store } from '../store/store.ts'
import { expand } from './collect-outputs.ts'
import { ownRunsAt } from './own-runs-at.ts'

/** Some file systems count two seconds at a time. */
const SLACK = 2000

/**
 * Refuses outputs that were written after their run had ended: what another run made would be taken for its own.
 *
 * @throws ModelError `output-later`, with the run that went on at that time, if one did; `output-missing`.
 */
export async function refuseLater(
  store: Store,
  record: RunRecord,
  patterns: readonly string[],
): Promise<void> {
  if (record.finished === undefined) return
  const end = Date.parse(record.finished)
  for (const pattern of patterns) {
    const files = await expand(store.world.cwd, pattern, 'output-missing')
    const later = files.find((file) => statSync(file).mtimeMs > end + SLACK)
    if (later !== undefined) throw await tooLate(store, record, pattern, later)
  }
}

async function tooLate(store: Store, record: RunRecord, pattern: string, file: string): Promise<ModelError> {
  const time = statSync(file).mtimeMs
  const others = await askRuns(store, async (runs) => (await ownRunsAt(store.repo, runs))(time))
  const name = path.relative(store.world.cwd, file)
  const meanwhile = others.length === 0 ? '' : `, while run ${others.map(label).join(', ')} went on`
  const log = (run: string): string => formatCommand('git', 'model', 'log', '--run', run, '--output', pattern)
  return new ModelError(
    'output-later',
    `${name} was written at ${new Date(time).toISOString()}, after run ${label(record)} had ended${meanwhile}`,
    {
      hints: [
        ...others.map(({ run }) => log(run.slice(0, 12))),
        `${log(record.run.slice(0, 12))} --force   (to keep it all the same)`,
      ],
      data: { file: name, run: record.run, others: others.map(({ run }) => run) },
    },
  )
}

function label({ run, name }: RunRecord): string {
  return `${run.slice(0, 12)} ${name}`
}
