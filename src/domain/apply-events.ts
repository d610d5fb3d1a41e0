import { fitMetrics } from './fit-record.ts'
import type { JournalEvent, RunStart } from './journal-event.ts'
import { editRegisters, joinMetrics, mergeRuns } from './merge-runs.ts'
import type { Registers } from './registers.ts'
import { SET_FIELDS } from './run-registers.ts'
import type { OutputFile, RunRecord, RunStatus } from './run.ts'
import { mergeSeries, summarise, toColumns, toPoints, type Point, type Series } from './series.ts'
import { foldersOf } from './settle-files.ts'
import { stableJson } from './stable-json.ts'

/** A run as it is kept: its record and its history. */
export interface RunState {
  record: RunRecord
  series: Series
}

/**
 * Folds a journal into a run. Doing it twice changes nothing.
 *
 * @param base - the run as the notes have it; undefined for one that is in no note yet.
 * @returns undefined when there is neither a base nor a start event.
 */
export function applyEvents(
  base: RunState | undefined,
  events: readonly JournalEvent[],
): RunState | undefined {
  const ordered = inOrder(withoutRefuted(events))
  const start = ordered.find((event) => event.start !== undefined)?.start
  if (start !== undefined) return applyWhole(base, start, ordered)
  return base === undefined ? undefined : applyLate(base, ordered)
}

// Files of a journal come one after the other; of events of one moment the order of the files decides.
function inOrder(events: readonly JournalEvent[]): JournalEvent[] {
  return events.toSorted((a, b) => instant(a) - instant(b))
}

function instant({ time, notBefore = time }: JournalEvent): number {
  return Math.max(time, notBefore)
}

// An end that is only inferred does not stand beside one that somebody said.
function withoutRefuted(events: readonly JournalEvent[]): readonly JournalEvent[] {
  const isSaid = events.some(({ finish }) => finish !== undefined && finish.inferred !== true)
  return isSaid ? events.filter(({ finish }) => finish?.inferred !== true) : events
}

// The journal of a whole run. All of it is revision 1, however often it is folded, but for an end that is inferred: a
// copy of the clone may infer it from the journal of a run that goes on elsewhere, and what that says of its end counts.
function applyWhole(base: RunState | undefined, start: RunStart, events: readonly JournalEvent[]): RunState {
  const series = collectPoints(start.run, events)
  const { edits: _, ...edited } = editRegisters(newRecord(start), (registers) => {
    for (const event of events) applyRegisters(registers, event)
  })
  const isInferred = events.some(({ finish }) => finish?.inferred === true)
  const edits = isInferred ? { edits: { finished: 0, status: 0 } } : {}
  const record = withSets({ ...edited, revision: 1, ...edits }, events)
  if (base === undefined) return { record: withSummaries(record, series), series }
  const merged = mergeSeries(base.series, series)
  return { record: withSummaries(mergeRuns(base.record, record), merged), series: merged }
}

// What was logged to a run after it ended: a new revision, where it changes anything.
function applyLate(base: RunState, events: readonly JournalEvent[]): RunState {
  const series = mergeSeries(base.series, collectPoints(base.record.run, events))
  const edited = editRegisters(base.record, (registers) => {
    for (const event of events) applyRegisters(registers, event)
  })
  const record = withSummaries(withSets(edited, events), series)
  const onlySets = record.revision === base.record.revision && stableJson(record) !== stableJson(base.record)
  return { record: onlySets ? { ...record, revision: record.revision + 1 } : record, series }
}

/** Returns the record with every metric summarised from its history, as far as that is there: of a reduced one it adds what is new. */
export function withSummaries(record: RunRecord, series: Series): RunRecord {
  const entries = Object.entries(series.metrics).flatMap(([name, columns]) => {
    const summary = summarise(columns)
    return summary === undefined ? [] : [[name, summary] as const]
  })
  if (entries.length === 0) return record
  const summaries = Object.fromEntries(entries)
  if (series.reduced === true)
    return fitMetrics({ ...record, metrics: joinMetrics(record.metrics, summaries)! })
  return fitMetrics({ ...record, metrics: { ...record.metrics, ...summaries } })
}

function newRecord(start: RunStart): RunRecord {
  return { schema: 'run/v1', status: 'running', ...start, revision: 1 }
}

function applyRegisters(registers: Registers, event: JournalEvent): void {
  for (const [key, value] of Object.entries(event.params ?? {})) registers.set(`params/${key}`, value)
  for (const [key, value] of Object.entries(event.tags ?? {})) {
    if (value === null) registers.delete(`tags/${key}`)
    else registers.set(`tags/${key}`, value)
  }
  if (event.name !== undefined) registers.set('name', event.name)
  if (event.experiment !== undefined) registers.set('experiment', event.experiment)
  if (event.notes !== undefined) registers.set('notes', event.notes)
  if (event.environment !== undefined) {
    registers.set('environment', {
      ...(registers.get('environment') as object | undefined),
      ...event.environment,
    })
  }
  for (const [path, isRemoved] of Object.entries(event.removed ?? {})) {
    if (isRemoved === true) registers.set(`removed/${path}`, true)
    else registers.delete(`removed/${path}`)
  }
  if (event.deleted === true) registers.set('deleted', true)
  if (event.deleted === false) registers.delete('deleted')
  for (const [path, value] of Object.entries(event.models ?? {})) {
    if (!path.startsWith('models/')) continue
    if (value === null) registers.delete(path)
    else registers.set(path, value)
  }
  if (event.status !== undefined) applyStatus(registers, event.status)
  if (event.finish !== undefined) applyFinish(registers, event.finish, event.time)
}

function applyStatus(registers: Registers, status: RunStatus): void {
  registers.set('status', status)
  if (status !== 'running') return
  registers.delete('finished')
  registers.delete('exit')
}

// What the calendar of JavaScript ends with (ECMA-262, time values).
const LAST_INSTANT = 8.64e15

function applyFinish(registers: Registers, finish: NonNullable<JournalEvent['finish']>, time: number): void {
  const status: RunStatus = finish.status
  registers.set('status', status)
  registers.set('finished', new Date(Math.min(finish.at ?? time, LAST_INSTANT)).toISOString())
  if (finish.exit !== undefined) registers.set('exit', finish.exit)
}

function withSets(record: RunRecord, events: readonly JournalEvent[]): RunRecord {
  const sets = SET_FIELDS.map((field) => {
    const added = events.flatMap((event): unknown[] => event[field] ?? [])
    return [field, unite<unknown>(record[field], added)] as const
  })
  return { ...record, ...Object.fromEntries(sets.filter(([, set]) => set !== undefined)) }
}

/**
 * Returns the output files that events name and the record does not have yet; of a path the last in time counts. What
 * was logged after the run's end may set a path back to what it had before. A journal that has the start is read again
 * only after a crash: what the record knows of it was written then.
 *
 * @param current - those of the record's files that count: see `settleFiles`.
 */
export function newOutputs(
  record: RunRecord | undefined,
  events: readonly JournalEvent[],
  current: readonly OutputFile[] = [],
): OutputFile[] {
  const isWhole = events.some(({ start }) => start !== undefined)
  const known = new Set((isWhole ? record?.outputs?.files : current)?.map((file) => stableJson(file)))
  const logged = inOrder(events).flatMap((event) => event.outputs ?? [])
  return latestFiles(logged).filter((file) => !known.has(stableJson(file)))
}

// A file takes the place of a folder that stood there, and a folder that of a file.
function latestFiles(files: readonly OutputFile[]): OutputFile[] {
  const [latest, folders] = [new Map<string, OutputFile>(), new Set<string>()]
  for (const file of files.toReversed()) {
    const above = foldersOf(file.path)
    const isGone = folders.has(file.path) || above.some((folder) => latest.has(folder))
    if (isGone || latest.has(file.path)) continue
    latest.set(file.path, file)
    for (const folder of above) folders.add(folder)
  }
  return [...latest.values()].reverse()
}

/** Returns the record with more output files and the commit that has them. */
export function withOutputs(
  record: RunRecord,
  commit: string,
  files: readonly OutputFile[],
  isNew: boolean,
): RunRecord {
  const outputs = { commit, files: unite(record.outputs?.files, files) ?? [] }
  if (isNew) return { ...record, outputs }
  const edited = editRegisters(record, (registers) => registers.set('outputs/commit', commit))
  return { ...edited, outputs }
}

function unite<T>(known: readonly T[] | undefined, added: readonly T[]): T[] | undefined {
  if (added.length === 0) return known as T[] | undefined
  const byText = new Map([...(known ?? []), ...added].map((item) => [stableJson(item), item]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}

function collectPoints(run: string, events: readonly JournalEvent[]): Series {
  const points = new Map<string, Point[]>()
  const listOf = (name: string): Point[] => {
    const list = points.get(name) ?? []
    points.set(name, list)
    return list
  }
  for (const event of events) {
    for (const [name, value] of Object.entries(event.metrics ?? {})) {
      listOf(name).push({ step: event.step ?? 0, value, time: event.time })
    }
    for (const [name, columns] of Object.entries(event.points ?? {})) {
      for (const point of toPoints(columns)) listOf(name).push(point)
    }
  }
  const metrics = Object.fromEntries([...points].map(([name, list]) => [name, toColumns(list)]))
  return { schema: 'series/v1', run, metrics }
}
