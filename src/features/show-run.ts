import type { Config } from '../domain/config.ts'
import type { Oid } from '../domain/run.ts'
import type { Series } from '../domain/series.ts'
import { git } from '../git/run-git.ts'
import { readConfig } from '../store/config.ts'
import type { Store } from '../store/open-store.ts'
import { listRuns, readSeries, type StoredRun } from '../store/runs.ts'
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
  const [series, outputs, subject, config, runs] = await Promise.all([
    readSeries(store, record.run),
    showFiles(store, record.outputs?.files ?? []),
    readSubject(store, record.code.commit),
    readConfig(store.repo),
    listRuns(store),
  ])
  const parent = record.parent
  return {
    kind: 'run',
    run,
    series,
    outputs,
    subject,
    parent: parent === undefined ? undefined : { run: parent, name: nameOf(runs, parent) },
    children: childrenOf(runs, record.run),
    config,
  }
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

function nameOf(runs: readonly StoredRun[], run: Oid): string | undefined {
  return runs.find(({ record }) => record.run === run)?.record.name
}

function childrenOf(runs: readonly StoredRun[], parent: Oid): { run: Oid; name: string }[] {
  return runs
    .filter(({ record }) => record.parent === parent && record.deleted !== true)
    .sort((a, b) => (`${a.record.started}${a.record.run}` < `${b.record.started}${b.record.run}` ? -1 : 1))
    .map(({ record }) => ({ run: record.run, name: record.name }))
}
