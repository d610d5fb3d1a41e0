import type { Config } from '../domain/config.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { presentFiles } from '../domain/present-files.ts'
import { columnName } from '../domain/run-cells.ts'
import type { Series } from '../domain/series.ts'
import { git } from '../git/run-git.ts'
import { readConfig } from '../store/config.ts'
import { currentFiles } from '../store/current-files.ts'
import type { Store } from '../store/store.ts'
import { readSeries, type StoredRun } from '../store/runs.ts'
import { askRuns } from '../store/run-index.ts'
import { showFiles, type ShownFile } from './show-files.ts'

/** All that is known of a run. */
export interface ShownRun {
  kind: 'run'
  run: StoredRun
  /** Its step history; undefined when there is none here. */
  series: Series | undefined
  outputs: ShownFile[]
  /** The code commit's first line; undefined when that commit is not here (a shallow clone). */
  subject: string | undefined
  parent: { run: Oid; name: string | undefined } | undefined
  /** Runs that it started. */
  children: { run: Oid; name: string }[]
  config: Config
}

/** Gathers all that is known of a run. */
export async function showRun(store: Store, run: StoredRun): Promise<ShownRun> {
  const { record } = run
  const [series, outputs, subject, config, family] = await Promise.all([
    readSeries(store, record.run),
    showOutputs(store, record),
    readSubject(store, record.code.commit),
    readConfig(store.repo),
    readFamily(store, record),
  ])
  return {
    kind: 'run',
    run,
    series,
    outputs,
    subject,
    ...family,
    config,
  }
}

// Every content that was kept is shown; of several that claim one path, one counts.
async function showOutputs(store: Store, record: RunRecord): Promise<ShownFile[]> {
  const current = new Set(await currentFiles(store.repo, record))
  const files = presentFiles(record)
  const shown = await showFiles(store, files)
  return shown.map((file, index) => (current.has(files[index]!) ? file : { ...file, replaced: true }))
}

/** Reads the first line of a commit's message; undefined when the commit is not here. */
export async function readSubject(store: Store, commit: Oid): Promise<string | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return undefined
  const args = [
    'log',
    '-1',
    '--no-show-signature',
    '--no-notes',
    '--format=%s',
    '--end-of-options',
    commit,
    '--',
  ]
  const { exitCode, stdout } = await git(store.repo, args, { ok: [0, 128] })
  return exitCode === 0 ? stdout.trimEnd() : undefined
}

async function readFamily(
  store: Store,
  { run, parent }: RunRecord,
): Promise<Pick<ShownRun, 'parent' | 'children'>> {
  return askRuns(store, async (runs) => {
    const rows = runs.findDigits(columnName('attribute', 'parent'), [run], (record) => [record.parent])
    const above = parent === undefined ? undefined : runs.find(parent)
    const name = above === undefined ? undefined : runs.view(above).attribute('run_name')
    return {
      parent: parent === undefined ? undefined : { run: parent, name: name as string | undefined },
      children: childrenOf(await runs.load(rows)),
    }
  })
}

function childrenOf(runs: readonly StoredRun[]): { run: Oid; name: string }[] {
  return runs
    .filter(({ record }) => record.deleted !== true)
    .sort((a, b) => (`${a.record.started}${a.record.run}` < `${b.record.started}${b.record.run}` ? -1 : 1))
    .map(({ record }) => ({ run: record.run, name: record.name }))
}
