import { applyEvents, newOutputs, withOutputs, type RunState } from '../domain/apply-events.ts'
import { encodeRunNote, encodeSeriesNote } from '../domain/encode-notes.ts'
import { greatest } from '../domain/greatest.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import { formatPointer } from '../domain/lfs-pointer.ts'
import { MODEL_FILES } from '../domain/logged-model.ts'
import { ARTIFACTS, type Oid, type OutputFile, type RunRecord } from '../domain/run.ts'
import { stableJson } from '../domain/stable-json.ts'
import type { World } from '../domain/world.ts'
import { withLock } from '../git/lock.ts'
import { notePath, readNotesOf, type Note } from '../git/notes.ts'
import { committerIdentity, ObjectWriter, type Mark, type PathChange } from '../git/object-writer.ts'
import { readTips, type Tips } from '../git/read-tips.ts'
import { KEEP, RUNS_NOTES, runningRef, SERIES_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs, type RefUpdate } from '../git/update-refs.ts'
import { journalState } from '../journal/journal-state.ts'
import type { Journal } from '../journal/read-journal.ts'
import { lateJournals, retireJournal, settleLateJournal } from '../journal/retire-journal.ts'
import { fitSeries } from './fit-series.ts'
import { isFoldable, readEmptyJournals, readJournals } from './foldable-journals.ts'

/** What folding did. */
export interface Folded {
  /** The records of all runs whose journals were folded, as they stand then. */
  records: RunRecord[]
  /** Runs that were closed as killed because none of their processes lives. */
  closed: Oid[]
  /** How many runs went away, since they were killed before anything was recorded. */
  forgotten: number
}

/**
 * Folds every journal whose run has ended into the notes, in one transaction: records, series, outputs
 * commits and the keep chain move together, or not at all. A crash at any point leaves the journals, the
 * notes, or both, and folding again changes nothing.
 */
export async function foldJournals(repo: Repository, world: World): Promise<Folded> {
  return withLock(repo.commonDir, 'fold', async () => {
    const forgotten = await forgetEmpty(repo, readEmptyJournals(repo.commonDir, world.now()))
    const journals = readJournals(repo.commonDir).filter(isFoldable)
    const late = lateJournals(repo.commonDir, world.now())
    const work = [...journals, ...late]
    if (work.length === 0) return { records: [], closed: [], forgotten }
    const closed = journals.filter((journal) => journalState(journal) === 'abandoned')
    const eventsOf = groupEvents(work, [...closed, ...late.filter(wasAbandoned)])
    const records = await untilWon(() => tryFold(repo, eventsOf))
    for (const journal of journals) retireJournal(repo.commonDir, journal)
    for (const journal of late) settleLateJournal(journal)
    return { records, closed: closed.map(({ run }) => run), forgotten }
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
    if (abandoned.includes(journal)) events.push({ time: last, finish: { status: 'killed' } })
    eventsOf.set(journal.run, [...(eventsOf.get(journal.run) ?? []), ...events])
  }
  return eventsOf
}

/** One run on its way into the notes. */
interface Folding {
  run: Oid
  isNew: boolean
  state: RunState
  files: OutputFile[]
  notes: { run: Note | undefined; series: Note | undefined }
  others: { run: string[]; series: string[] }
  before: RunState | undefined
}

async function tryFold(
  repo: Repository,
  eventsOf: ReadonlyMap<Oid, JournalEvent[]>,
): Promise<RunRecord[] | undefined> {
  const runs = [...eventsOf.keys()]
  const [tips, identity] = await Promise.all([readTips(repo), committerIdentity(repo)])
  const before = await readStates(repo, tips, runs)
  const foldings = runs.flatMap((run) => foldOne(run, eventsOf.get(run)!, before.get(run)))
  for (const folding of foldings) await fit(repo, folding)
  const kept = await commitOutputs(repo, identity, foldings)
  const updates = await writeNotes(repo, identity, tips, foldings.filter(isChanged), kept)
  const endings = runs
    .map((run) => ({ ref: runningRef(run), from: tips.get(runningRef(run)), to: undefined }))
    .filter(({ from }) => from !== undefined)
  const won = await updateRefs(repo, [...updates, ...endings], 'git-model: fold')
  return won ? foldings.map(({ state }) => state.record) : undefined
}

/** What the notes have of a run. */
interface Known {
  state: RunState | undefined
  notes: { run: Note | undefined; series: Note | undefined }
  others: { run: string[]; series: string[] }
}

async function readStates(repo: Repository, tips: Tips, runs: readonly Oid[]): Promise<Map<Oid, Known>> {
  const [runNotes, seriesNotes] = await readNotesOf(
    repo,
    [tips.get(RUNS_NOTES), tips.get(SERIES_NOTES)],
    runs,
  )
  const noted = runs.filter((run) => runNotes!.has(run) || seriesNotes!.has(run))
  if (noted.length === 0) return new Map()
  // Reading notes needs a YAML parser, which most runs end without.
  const { decodeRun, decodeSeries } = await import('./run-codec.ts')
  return new Map(
    noted.map((run) => {
      const notes = { run: runNotes!.get(run), series: seriesNotes!.get(run) }
      const record = notes.run && decodeRun(run, notes.run.text)
      const series = notes.series && decodeSeries(run, notes.series.text)
      const state = record?.value && {
        record: record.value,
        series: series?.value ?? { schema: 'series/v1' as const, run, metrics: {} },
      }
      return [run, { state, notes, others: { run: record?.others ?? [], series: series?.others ?? [] } }]
    }),
  )
}

const UNKNOWN: Known = {
  state: undefined,
  notes: { run: undefined, series: undefined },
  others: { run: [], series: [] },
}

function foldOne(run: Oid, events: JournalEvent[], known: Known = UNKNOWN): Folding[] {
  const state = applyEvents(known.state, events)
  if (state === undefined) return []
  const files = newOutputs(known.state?.record, events)
  return [
    {
      run,
      isNew: known.state === undefined,
      state,
      files,
      notes: known.notes,
      others: known.others,
      before: known.state,
    },
  ]
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

/** Commits the new outputs of each run. Returns the commits that the keep chain must reach. */
async function commitOutputs(
  repo: Repository,
  identity: string,
  foldings: readonly Folding[],
): Promise<Oid[]> {
  const writer = new ObjectWriter(identity)
  const marks = new Map<Folding, Mark>()
  for (const folding of foldings) {
    if (folding.files.length === 0) continue
    const parent = folding.before?.record.outputs?.commit ?? folding.run
    const message = `outputs: ${folding.state.record.name}\n\nRun: ${folding.run}\n`
    marks.set(
      folding,
      writer.commit({ parents: [parent], message, changes: pointerChanges(writer, folding.files) }),
    )
  }
  const oidOf = await writer.write(repo)
  const kept: Oid[] = []
  for (const folding of foldings) {
    const mark = marks.get(folding)
    const commit = mark === undefined ? undefined : oidOf(mark)
    if (commit !== undefined) {
      folding.state.record = withOutputs(folding.state.record, commit, folding.files, folding.isNew)
    }
    if (commit !== undefined || folding.isNew) kept.push(commit ?? folding.run)
  }
  return kept
}

function pointerChanges(writer: ObjectWriter, files: readonly OutputFile[]): PathChange[] {
  const changes: PathChange[] = files.map((file) => ({
    path: file.path,
    blob: writer.blob(formatPointer({ oid: file.oid.replace('sha256:', ''), size: file.size })),
  }))
  for (const folder of [ARTIFACTS, MODEL_FILES]) {
    if (!files.some((file) => file.path.startsWith(`${folder}/`))) continue
    const blob = writer.blob(
      '* filter=lfs diff=lfs merge=lfs -text\n.gitattributes !filter !diff !merge text\n',
    )
    changes.push({ path: `${folder}/.gitattributes`, blob })
  }
  return changes
}

async function writeNotes(
  repo: Repository,
  identity: string,
  tips: Tips,
  changed: readonly Folding[],
  kept: readonly Oid[],
): Promise<RefUpdate[]> {
  if (changed.length === 0) return []
  const writer = new ObjectWriter(identity)
  const message = describe(changed)
  const commit = (ref: string, changes: PathChange[]): Mark => {
    const tip = tips.get(ref)
    return writer.commit({ parents: tip === undefined ? [] : [tip], message, changes })
  }
  const planned: [ref: string, mark: Mark][] = [
    [
      RUNS_NOTES,
      commit(
        RUNS_NOTES,
        changed.flatMap((folding) => runChanges(writer, folding)),
      ),
    ],
  ]
  const series = changed.flatMap((folding) => seriesChanges(writer, folding))
  if (series.length > 0) planned.push([SERIES_NOTES, commit(SERIES_NOTES, series)])
  const keep = planKeep(writer, tips.get(KEEP), kept, message)
  if (keep !== undefined) planned.push([KEEP, keep])
  const oidOf = await writer.write(repo)
  return planned.map(([ref, mark]) => ({ ref, from: tips.get(ref), to: oidOf(mark) }))
}

function runChanges(writer: ObjectWriter, folding: Folding): PathChange[] {
  const text = encodeRunNote(folding.state.record, folding.others.run)
  return noteChanges(writer, folding.run, text, folding.notes.run)
}

function seriesChanges(writer: ObjectWriter, folding: Folding): PathChange[] {
  const { series } = folding.state
  if (Object.keys(series.metrics).length === 0) return []
  if (folding.before !== undefined && stableJson(folding.before.series) === stableJson(series)) return []
  const text = encodeSeriesNote(series, folding.others.series)
  return noteChanges(writer, folding.run, text, folding.notes.series)
}

function noteChanges(
  writer: ObjectWriter,
  target: Oid,
  text: string,
  before: Note | undefined,
): PathChange[] {
  const path = notePath(target)
  const stale = (before?.paths ?? []).filter((other) => other !== path)
  return [
    ...stale.map((other) => ({ path: other, delete: true as const })),
    { path, blob: writer.blob(text) },
  ]
}

const MAX_PARENTS = 200

/** Plans keep commits: an empty tree, and as parents the previous keep commit and what is to be reachable. */
export function planKeep(
  writer: ObjectWriter,
  tip: Oid | undefined,
  commits: readonly Oid[],
  message: string,
): Mark | undefined {
  let last: Mark | undefined
  for (let at = 0; at < commits.length; at += MAX_PARENTS) {
    const previous = last ?? tip
    const parents = [...(previous === undefined ? [] : [previous]), ...commits.slice(at, at + MAX_PARENTS)]
    last = writer.commit({ parents, message, clear: true })
  }
  return last
}

function describe(changed: readonly Folding[]): string {
  const [first] = changed
  const { name, status } = (first?.state.record ?? {}) as Partial<RunRecord>
  return changed.length === 1 ? `run ${name}: ${status}\n` : `${changed.length} runs\n`
}
