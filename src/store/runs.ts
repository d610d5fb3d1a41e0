import { applyEvents, type RunState } from '../domain/apply-events.ts'
import { ModelError } from '../domain/errors.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import type { Series } from '../domain/series.ts'
import { listNotes, readNotes } from '../git/notes.ts'
import { readObjects } from '../git/read-objects.ts'
import { RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import { journalState } from '../journal/journal-state.ts'
import { readJournals } from './foldable-journals.ts'
import type { Store } from './open-store.ts'
import { decodeRun, decodeSeries } from './run-codec.ts'

/** A run as it stands. */
export interface StoredRun {
  record: RunRecord
  /** Whether it is still in the journal: running, or not ours to judge. */
  live: boolean
  /** What is wrong with its note, and what newer programs wrote into it. */
  problems?: string[]
}

/** A note on a run commit that holds no record this program can read. */
export interface UnreadableRun {
  run: Oid
  problems: string[]
}

/** Lists every run: from the notes, and from the journals of those that have not ended. Order undefined. */
export async function listRuns(store: Store): Promise<StoredRun[]> {
  return (await scanRuns(store)).runs
}

/** Lists every run, and the notes that cannot be read. */
export async function scanRuns(store: Store): Promise<{ runs: StoredRun[]; unreadable: UnreadableRun[] }> {
  const tip = store.tips.get(RUNS_NOTES)
  const entries = tip === undefined ? [] : await listNotes(store.repo, tip)
  const objects = await readObjects(
    store.repo,
    entries.map(({ blob }) => blob),
  )
  const found = new Map<Oid, StoredRun>()
  const unreadable: UnreadableRun[] = []
  for (const [index, { target }] of entries.entries()) {
    const run = decode(target, objects[index]?.content.toString('utf8') ?? '')
    if ('record' in run) found.set(target, run)
    else unreadable.push(run)
  }
  for (const { state, live } of liveRuns(store)) {
    const { run } = state.record
    if (!found.has(run)) found.set(run, { record: state.record, live })
  }
  return { runs: [...found.values()], unreadable }
}

/** Reads one run by its full id. */
export async function readRun(store: Store, run: Oid): Promise<StoredRun | undefined> {
  const note = (await readNotes(store.repo, store.tips.get(RUNS_NOTES), [run])).get(run)
  const stored = note === undefined ? undefined : decode(run, note.text)
  if (stored !== undefined && 'record' in stored) return stored
  const live = liveRuns(store).find(({ state }) => state.record.run === run)
  return live === undefined ? undefined : { record: live.state.record, live: live.live }
}

/** Reads the step history of a run; undefined when it logged none. */
export async function readSeries(store: Store, run: Oid): Promise<Series | undefined> {
  const note = (await readNotes(store.repo, store.tips.get(SERIES_NOTES), [run])).get(run)
  if (note !== undefined) return decodeSeries(run, note.text).value
  const live = liveRuns(store).find(({ state }) => state.record.run === run)?.state.series
  return live !== undefined && Object.keys(live.metrics).length > 0 ? live : undefined
}

/**
 * Finds a run by its id, by four or more digits of it, or by its name if only one run has it.
 *
 * @throws ModelError `run-unknown`, `revision-ambiguous`.
 */
export async function findRun(store: Store, idOrName: string): Promise<StoredRun> {
  const whole = idOrName.length === store.repo.hashLength ? await readRun(store, idOrName) : undefined
  if (whole !== undefined) return whole
  const runs = (await listRuns(store)).filter(({ record }) => record.deleted !== true)
  const isPrefix = /^[0-9a-f]{4,}$/.test(idOrName)
  const byId = isPrefix ? runs.filter(({ record }) => record.run.startsWith(idOrName)) : []
  const found = byId.length > 0 ? byId : runs.filter(({ record }) => record.name === idOrName)
  if (found.length === 1) return found[0]!
  throw found.length === 0 ? unknownRun(idOrName) : ambiguousRun(idOrName, found)
}

function decode(target: Oid, text: string): StoredRun | UnreadableRun {
  const { value, problems } = decodeRun(target, text)
  if (value === undefined) return { run: target, problems: problems.length > 0 ? problems : ['it is empty'] }
  return { record: value, live: false, ...(problems.length > 0 && { problems }) }
}

function liveRuns(store: Store): { state: RunState; live: boolean }[] {
  return readJournals(store.repo.commonDir).flatMap((journal) => {
    const state = applyEvents(undefined, journal.events)
    if (state === undefined) return []
    const standing = journalState(journal)
    return [{ state, live: standing === 'alive' || standing === 'unknown' }]
  })
}

function unknownRun(idOrName: string): ModelError {
  return new ModelError('run-unknown', `there is no run "${idOrName}"`, {
    hints: ['git model runs', 'git model sync   (if a teammate made it)'],
    data: { run: idOrName },
  })
}

function ambiguousRun(idOrName: string, found: readonly StoredRun[]): ModelError {
  const candidates = found.map(({ record }) => record.run)
  const shown = candidates.slice(0, 8).map((run) => run.slice(0, 12))
  const more = candidates.length > shown.length ? ` and ${candidates.length - shown.length} more` : ''
  return new ModelError(
    'revision-ambiguous',
    `"${idOrName}" fits ${candidates.length} runs: ${shown.join(', ')}${more}`,
    {
      hints: ['type more of the id: git model runs shows them'],
      data: { run: idOrName, candidates },
    },
  )
}
