import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import type { Series } from '../domain/series.ts'
import { COLUMN, columnName } from '../domain/run-cells.ts'
import { readNotes } from '../git/notes.ts'
import { RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import { readPlainSeries } from '../schema/plain-series.ts'
import type { StoredRun, UnreadableRun } from './stored-run.ts'
import { liveStates } from './live-runs.ts'
import type { Store } from './store.ts'
import { askRuns } from './run-index.ts'
import type { Row, RunTable } from './run-table.ts'
import { unreadableRun } from './unreadable-run.ts'
import { syncFirst } from './sync-first.ts'

export type { StoredRun, UnreadableRun } from './stored-run.ts'

/** Reads one run by its full id. */
export async function readRun(store: Store, run: Oid): Promise<StoredRun | undefined> {
  const note = (await readNotes(store.repo, store.tips.get(RUNS_NOTES), [run])).get(run)
  const stored = note && (await decode(run, note.text))
  if (stored !== undefined && 'record' in stored) return stored
  const live = liveStates(store).find(({ state }) => state.record.run === run)
  return live === undefined ? undefined : { record: live.state.record, live: live.live }
}

async function decode(run: Oid, text: string): Promise<StoredRun | UnreadableRun> {
  const record = (await import('../schema/plain-run.ts')).readPlainRun(text)
  if (record?.run === run) return { record, live: false, isPlain: true }
  return (await import('./decode-run.ts')).decodeText(run, text)
}

/** Reads the step history of a run; undefined when it logged none. */
export async function readSeries(store: Store, run: Oid): Promise<Series | undefined> {
  const note = (await readNotes(store.repo, store.tips.get(SERIES_NOTES), [run])).get(run)
  if (note !== undefined)
    return (
      readPlainSeries(run, note.text) ?? (await import('./run-codec.ts')).decodeSeries(run, note.text).value
    )
  const live = liveStates(store).find(({ state }) => state.record.run === run)?.state.series
  return live !== undefined && Object.keys(live.metrics).length > 0 ? live : undefined
}

/**
 * Finds a run by its id, by four or more digits of it, or by its name if only one run has it.
 *
 * @throws ModelError `run-unknown`, `revision-ambiguous`; `note-invalid`, `note-newer` where its note cannot be read.
 */
export async function findRun(store: Store, idOrName: string): Promise<StoredRun> {
  const whole = idOrName.length === store.repo.hashLength ? await readRun(store, idOrName) : undefined
  if (whole !== undefined) return whole
  return askRuns(store, async (runs) => {
    const found = findRows(runs, idOrName)
    if (found.length === 0)
      throw (
        (await unreadableRun(store, await runs.unreadable(), idOrName)) ?? (await unknownRun(store, idOrName))
      )
    if (found.length > 1)
      throw ambiguousRun(
        idOrName,
        found.map((row) => runs.id(row)),
      )
    return (await runs.load(found))[0]!
  })
}

/** Finds the run whose commit, or whose outputs, this is. */
export async function findRunOf(store: Store, commit: Oid): Promise<StoredRun | undefined> {
  return askRuns(store, async (runs) => {
    const run = runs.find(commit)
    const rows =
      run === undefined
        ? runs.findDigits(COLUMN.outputsCommit, [commit], ({ outputs }) => [outputs?.commit])
        : [run]
    return (await runs.load(rows.slice(0, 1)))[0]
  })
}

/** Finds the runs whose outputs hold one of these LFS objects, deleted ones too. @param names - `sha256:HEX`. */
export async function findProducers(store: Store, names: readonly string[]): Promise<StoredRun[]> {
  if (names.length === 0) return []
  return askRuns(store, (runs) => runs.load(producerRows(runs, names)))
}

/** As {@link findProducers}, in a table. */
export function producerRows(runs: RunTable, names: readonly string[]): Row[] {
  const digests = names.map((name) => name.replace('sha256:', ''))
  return runs.findDigits(COLUMN.outputName, digests, ({ outputs }) =>
    (outputs?.files ?? []).map(({ oid }) => oid.replace('sha256:', '')),
  )
}

function findRows(runs: RunTable, idOrName: string): Row[] {
  const isPresent = (row: Row): boolean => !runs.isDeleted(row)
  const byId = /^[0-9a-f]{4,}$/.test(idOrName) ? runs.findPrefix(idOrName).filter(isPresent) : []
  if (byId.length > 0) return byId
  const column = columnName('attribute', 'run_name')
  return runs.findText(column, idOrName, ({ name }) => name === idOrName).filter(isPresent)
}

async function unknownRun(store: Store, idOrName: string): Promise<ModelError> {
  return new ModelError('run-unknown', `there is no run "${idOrName}"`, {
    hints: await syncFirst(store, ['git model runs', 'git model sync   (if a teammate made it)']),
    data: { run: idOrName },
  })
}

function ambiguousRun(idOrName: string, candidates: readonly Oid[]): ModelError {
  const shown = candidates.slice(0, 8).map((run) => run.slice(0, 12))
  const more = candidates.length > shown.length ? ` and ${candidates.length - shown.length} more` : ''
  return new ModelError(
    'revision-ambiguous',
    `"${idOrName}" fits ${candidates.length} runs: ${shown.join(', ')}${more}`,
    {
      hints: [
        candidates.every((run) => run.startsWith(idOrName))
          ? 'type more of the id: git model runs shows them'
          : `type the id of one: git model show ${shown[0]}`,
      ],
      data: { run: idOrName, candidates: candidates.slice(0, MOST_CANDIDATES) },
    },
  )
}

const MOST_CANDIDATES = 1000
