import { applyEvents, newOutputs, type RunState } from '../domain/apply-events.ts'
import { fittingFiles, withPartial } from '../domain/fit-record.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { Oid, OutputFile, RunRecord } from '../domain/run.ts'
import { isSafePath } from '../domain/safe-path.ts'
import { readNotesOf, type Note } from '../git/notes.ts'
import type { Tips } from '../git/read-tips.ts'
import { RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { currentFiles } from './current-files.ts'
import { fitRecord } from './fit-record.ts'

/** One run on its way into the notes. */
export interface Folding {
  run: Oid
  isNew: boolean
  state: RunState
  files: OutputFile[]
  notes: { run: Note | undefined; series: Note | undefined }
  others: { run: string[]; series: string[] }
  before: RunState | undefined
}

/** Brings what the notes have of some runs together with what their journals say. */
export async function beginFoldings(
  repo: Repository,
  tips: Tips,
  eventsOf: ReadonlyMap<Oid, JournalEvent[]>,
): Promise<Folding[]> {
  const runs = [...eventsOf.keys()]
  const before = await readStates(repo, tips, runs)
  const foldings = await Promise.all(
    runs.map((run) => foldOne(repo, run, eventsOf.get(run)!, before.get(run))),
  )
  return foldings.filter((folding) => folding !== undefined)
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

async function foldOne(
  repo: Repository,
  run: Oid,
  events: JournalEvent[],
  known: Known = UNKNOWN,
): Promise<Folding | undefined> {
  const state = applyEvents(known.state, events)
  if (state === undefined) return undefined
  const { record, whole } = await fitRecord(repo, state.record)
  const kept = known.state?.record.outputs?.files ?? []
  const isNewFile = whole !== undefined && kept.every(({ path }) => path !== whole.path)
  const added = await addedFiles(repo, known.state?.record, events)
  // Hosts refuse every push of a tree with such a path, for good.
  const safe = added.filter((file) => isSafePath(file.path))
  const files = fittingFiles(kept, safe)
  state.record = withPartial(record, [
    ...(files.length < safe.length ? ['files'] : []),
    ...(safe.length < added.length ? ['paths'] : []),
  ])
  return {
    run,
    isNew: known.state === undefined,
    state,
    files: [...files, ...(isNewFile ? [whole] : [])],
    notes: known.notes,
    others: known.others,
    before: known.state,
  }
}

async function addedFiles(
  repo: Repository,
  record: RunRecord | undefined,
  events: readonly JournalEvent[],
): Promise<OutputFile[]> {
  const hasOutputs = events.some(({ outputs }) => outputs !== undefined)
  if (!hasOutputs) return []
  return newOutputs(record, events, record && (await currentFiles(repo, record)))
}
