import { greatest } from '../domain/greatest.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { stableJson } from '../domain/stable-json.ts'
import type { World } from '../domain/world.ts'
import { withLock } from '../git/lock.ts'
import { committerIdentity } from '../git/object-writer.ts'
import { readTips, readTipsOf, type Tips } from '../git/read-tips.ts'
import { KEEP, runningRef, RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs } from '../git/update-refs.ts'
import { journalState } from '../journal/journal-state.ts'
import type { Journal } from '../journal/read-journal.ts'
import { lateJournals, retireJournal, settleLateJournal } from '../journal/retire-journal.ts'
import { commitOutputs } from './commit-outputs.ts'
import { fitSeries } from './fit-series.ts'
import { isFoldable, readEmptyJournals, readJournals } from './foldable-journals.ts'
import { beginFoldings, type Folding } from './folding.ts'
import { isOfOneRun, leave, type LeftRun } from './left-run.ts'
import { writeFolded } from './write-folded.ts'

/** What folding did. */
export interface Folded {
  /** The records of all runs whose journals were folded, as they stand then. */
  records: RunRecord[]
  /** Runs that were closed as killed because none of their processes lives. */
  closed: Oid[]
  /** How many runs went away, since they were killed before anything was recorded. */
  forgotten: number
  /** Runs whose journals stay, since they cannot be read or folded. They keep no other run from the notes. */
  left: LeftRun[]
}

/**
 * Folds every journal whose run has ended into the notes, in one transaction: records, series, outputs
 * commits and the keep chain move together, or not at all. A crash at any point leaves the journals, the
 * notes, or both, and folding again changes nothing. A journal that cannot be folded stays, and the others go on.
 *
 * @param givenUp - runs that are closed as killed though nobody here can tell whether their processes live.
 */
export async function foldJournals(
  repo: Repository,
  world: World,
  givenUp: ReadonlySet<Oid> = new Set(),
): Promise<Folded> {
  return withLock(repo.commonDir, 'fold', async () => {
    const forgotten = await forgetEmpty(repo, readEmptyJournals(repo.commonDir, world.now()))
    const isGivenUp = (journal: Journal): boolean =>
      givenUp.has(journal.run) && journalState(journal) === 'unknown'
    const all = readJournals(repo.commonDir)
    const journals = all.filter((journal) => isFoldable(journal) || isGivenUp(journal))
    const unread = all.flatMap(({ run, unread: why }) => (why === undefined ? [] : [leave(run, why)]))
    const late = lateJournals(repo.commonDir, world.now())
    const work = [...journals, ...late]
    if (work.length === 0) return { records: [], closed: [], forgotten, left: unread }
    const closed = journals.filter((journal) => journalState(journal) === 'abandoned' || isGivenUp(journal))
    const eventsOf = groupEvents(work, [...closed, ...late.filter(wasAbandoned)])
    const { records, left } = await foldApart(repo, eventsOf)
    const isFolded = ({ run }: Journal): boolean => left.every((other) => other.run !== run)
    for (const journal of journals.filter(isFolded)) retireJournal(repo.commonDir, journal)
    for (const journal of late.filter(isFolded)) settleLateJournal(journal)
    const ended = closed.filter(isFolded).map(({ run }) => run)
    return { records, closed: ended, forgotten, left: [...unread, ...left] }
  })
}

type Events = ReadonlyMap<Oid, JournalEvent[]>

// All in one transaction; where one run cannot be folded, each in its own, so that it keeps no other from the notes.
async function foldApart(
  repo: Repository,
  eventsOf: Events,
): Promise<{ records: RunRecord[]; left: LeftRun[] }> {
  try {
    return { records: await foldTogether(repo, eventsOf), left: [] }
  } catch (error) {
    if (!isOfOneRun(error)) throw error
    if (eventsOf.size === 1)
      return { records: [], left: [...eventsOf.keys()].map((run) => leave(run, error)) }
  }
  const folded = { records: [] as RunRecord[], left: [] as LeftRun[] }
  for (const entry of eventsOf) {
    const { records, left } = await foldApart(repo, new Map([entry]))
    folded.records.push(...records)
    folded.left.push(...left)
  }
  return folded
}

async function foldTogether(repo: Repository, eventsOf: Events): Promise<RunRecord[]> {
  let read = readSome
  return untilWon(async () => {
    const tips = await read(repo, [...eventsOf.keys()])
    // Who lost reads them all anew: a ref whose object is lost is not one that was never there.
    read = readTips
    return tryFold(repo, tips, eventsOf)
  })
}

// A run whose start was never written goes away, and the ref that was made before it too.
async function forgetEmpty(repo: Repository, journals: readonly Journal[]): Promise<number> {
  if (journals.length === 0) return 0
  await untilWon(async () => {
    const tips = await readTips(repo)
    const refs = journals.map(({ run }) => runningRef(run)).filter((ref) => tips.has(ref))
    const updates = refs.map((ref) => ({ ref, from: tips.get(ref), to: undefined }))
    return (await updateRefs(repo, updates, 'git-model: forget')) || undefined
  })
  for (const journal of journals) retireJournal(repo.commonDir, journal)
  return journals.length
}

// It was folded before, and with no end of its own: as killed. Folding it again must not make it run again.
function wasAbandoned({ events }: Journal): boolean {
  return events.some(({ start }) => start !== undefined) && events.every(({ finish }) => finish === undefined)
}

function groupEvents(journals: readonly Journal[], abandoned: readonly Journal[]): Map<Oid, JournalEvent[]> {
  const eventsOf = new Map<Oid, JournalEvent[]>()
  for (const journal of journals) {
    const events = [...journal.events]
    // It ended when it was last heard of, not when somebody noticed.
    const last = greatest(events.map(({ time }) => time))
    if (abandoned.includes(journal)) events.push({ time: last, finish: { status: 'killed', inferred: true } })
    eventsOf.set(journal.run, [...(eventsOf.get(journal.run) ?? []), ...events])
  }
  return eventsOf
}

function readSome(repo: Repository, runs: readonly Oid[] = []): Promise<Tips> {
  return readTipsOf(repo, new Set([RUNS_NOTES, SERIES_NOTES, KEEP, ...runs.map(runningRef)]))
}

async function tryFold(repo: Repository, tips: Tips, eventsOf: Events): Promise<RunRecord[] | undefined> {
  const [identity, foldings] = await Promise.all([
    committerIdentity(repo),
    beginFoldings(repo, tips, eventsOf),
  ])
  for (const folding of foldings) await fit(repo, folding)
  const kept = await commitOutputs(repo, identity, foldings)
  const updates = await writeFolded(repo, identity, tips, foldings.filter(isChanged), kept)
  const endings = [...eventsOf.keys()]
    .map((run) => ({ ref: runningRef(run), from: tips.get(runningRef(run)), to: undefined }))
    .filter(({ from }) => from !== undefined)
  const won = await updateRefs(repo, [...updates, ...endings], 'git-model: fold')
  return won ? foldings.map(({ state }) => state.record) : undefined
}

async function fit(repo: Repository, folding: Folding): Promise<void> {
  const { series, whole } = await fitSeries(repo, folding.state.series)
  folding.state.series = series
  const known = folding.before?.record.outputs?.files ?? []
  if (whole !== undefined && known.every(({ path }) => path !== whole.path)) folding.files.push(whole)
}

function isChanged(folding: Folding): boolean {
  const { before, state } = folding
  return before === undefined || stableJson(before) !== stableJson(state)
}
