import type { Oid } from '../domain/run.ts'

/** Below this stand the notes that are shared. */
export const NOTES = 'refs/notes/model/'
/** Notes on run commits: one YAML record each. Shared. */
export const RUNS_NOTES = 'refs/notes/model/runs'
/** Notes on run commits: the step history. Shared. */
export const SERIES_NOTES = 'refs/notes/model/series'
/** Notes on the blob or tree at a model's path: its card. Shared. */
export const CARDS_NOTES = 'refs/notes/model/cards'
/** Notes on anchors: one experiment each. Shared. */
export const EXPERIMENTS_NOTES = 'refs/notes/model/experiments'
/** Notes on anchors: one registered model each, with its versions and aliases. Shared. */
export const REGISTRY_NOTES = 'refs/notes/model/registry'
/** The keep chain: makes every run and outputs commit reachable. Shared. */
export const KEEP = 'refs/model/runs'
/** Keeps the commit of a run that has not ended yet, `refs/model/running/<run>`. Never shared. */
export const RUNNING = 'refs/model/running/'
/** What a fork has, while a CI job reviews a change that comes from it, `refs/model/fork/…`. Never shared. */
const FORK = 'refs/model/fork/'
/** Private copies of what a remote has, `refs/model/remotes/<remote>/…`. Never shared. */
export const REMOTES = 'refs/model/remotes/'

/** Notes on code commits: a line about their runs, for `git log`. Made of the runs, and never shared. */
export const DIGESTS = 'refs/notes/model-view/log'

/** The refs that are pushed and merged, in the order in which they are reported. */
export const SHARED_REFS = [
  KEEP,
  RUNS_NOTES,
  SERIES_NOTES,
  CARDS_NOTES,
  EXPERIMENTS_NOTES,
  REGISTRY_NOTES,
] as const

/** One of the shared refs. */
export type SharedRef = (typeof SHARED_REFS)[number]

/** Returns the private copy of a shared ref as the remote has it. */
export function trackingRef(remote: string, ref: SharedRef): string {
  return `${REMOTES}${remote}/${ref === KEEP ? 'runs' : ref.replace('refs/notes/model/', 'notes/')}`
}

/**
 * Returns what a shared ref is called on remotes.
 *
 * @param prefix - `sync.prefix` of `.gitmodel.yaml`, for hosts that refuse `refs/notes/*` or refs of one's own.
 */
export function remoteRef(ref: SharedRef, prefix?: string): string {
  if (prefix === undefined) return ref
  return `${prefix}/${ref === KEEP ? 'runs' : ref.replace('refs/notes/model/', 'notes/')}`
}

/** Returns the refspecs that bring a remote's metadata into private tracking refs. */
export function fetchRefspecs(remote: string, prefix?: string): string[] {
  const [notes, runs] =
    prefix === undefined ? ['refs/notes/model/*', `${KEEP}*`] : [`${prefix}/notes/*`, `${prefix}/runs*`]
  return [
    `+${notes}:${REMOTES}${remote}/notes/*`,
    // A glob, because git refuses to fetch an exact name that the remote does not have yet.
    `+${runs}:${REMOTES}${remote}/runs*`,
  ]
}

/** Returns the ref that keeps a run which has not ended. */
export function runningRef(run: Oid): string {
  return RUNNING + run
}

/** Returns the private copy of a fork's notes. */
export function forkRef(ref: string): string {
  return ref.replace('refs/notes/model/', `${FORK}notes/`)
}
