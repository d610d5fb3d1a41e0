import { changedPaths, joinRegisters } from './join-registers.ts'
import { fitMetrics } from './fit-record.ts'
import { compareNumbers, fromStored, toStored, type StoredNumber } from './number.ts'
import type { Registers } from './registers.ts'
import { fromRegisters, SET_FIELDS, toRegisters } from './run-registers.ts'
import type { MetricSummary, RunOutputs, RunRecord } from './run.ts'
import { stableJson } from './stable-json.ts'

/**
 * Joins two records of one run. Commutative, associative, idempotent, and nothing disappears but by a
 * tombstone: the records form a join semilattice, so no merge base is needed and clones that have seen the
 * same writes hold the same bytes.
 *
 * A single-valued field is a register whose clock is the revision that wrote it (`edits`, or 1); the higher
 * clock wins, ties go to the greater canonical text, and a value beats its own tombstone. Metrics join by
 * (step, time, value); inputs, links and output files are sets.
 */
export function mergeRuns(a: RunRecord, b: RunRecord): RunRecord {
  const { registers, edits } = joinRegisters(
    { registers: toRegisters(a), edits: a.edits },
    { registers: toRegisters(b), edits: b.edits },
  )
  const metrics = joinMetrics(a.metrics, b.metrics)
  const outputs = joinOutputs(registers.get('outputs/commit'), a.outputs, b.outputs)
  return fitMetrics({
    ...(fromRegisters(registers) as RunRecord),
    schema: 'run/v1',
    run: a.run,
    revision: Math.max(a.revision, b.revision),
    ...(metrics !== undefined && { metrics }),
    ...(outputs !== undefined && { outputs }),
    ...joinSets(a, b),
    ...(edits !== undefined && { edits }),
  })
}

/** Returns what a record becomes when its registers change: a new revision, with the changed paths in `edits`. */
export function editRegisters(record: RunRecord, change: (registers: Registers) => void): RunRecord {
  const before = toRegisters(record)
  const after = new Map(before)
  change(after)
  const paths = changedPaths(before, after)
  if (paths.length === 0) return record
  const revision = record.revision + 1
  const edits = { ...record.edits, ...Object.fromEntries(paths.map((path) => [path, revision])) }
  const { metrics, outputs } = record
  const commit = after.get('outputs/commit') as string | undefined
  return {
    ...(fromRegisters(after) as RunRecord),
    schema: 'run/v1',
    run: record.run,
    revision,
    ...(metrics !== undefined && { metrics }),
    ...joinSets(record, record),
    ...(commit !== undefined && { outputs: { commit, files: outputs?.files ?? [] } }),
    edits,
  }
}

function joinSummaries(a: MetricSummary, b: MetricSummary): MetricSummary {
  const later =
    a.step - b.step || a.time - b.time || compareNumbers(fromStored(a.last), fromStored(b.last)) || 0
  const { last, step, time } = later >= 0 ? a : b
  return {
    last,
    step,
    min: pickNumber(a.min, b.min, Math.min),
    max: pickNumber(a.max, b.max, Math.max),
    count: Math.max(a.count, b.count),
    time,
  }
}

function pickNumber(
  a: StoredNumber,
  b: StoredNumber,
  choose: (a: number, b: number) => number,
): StoredNumber {
  const [x, y] = [fromStored(a), fromStored(b)]
  if (Number.isNaN(x)) return b
  if (Number.isNaN(y)) return a
  return toStored(choose(x, y))
}

function joinSets(a: RunRecord, b: RunRecord): Partial<RunRecord> {
  const sets = [...SET_FIELDS, 'partial' as const].map(
    (field) => [field, union<unknown>(a[field], b[field])] as const,
  )
  return Object.fromEntries(sets.filter(([, set]) => set !== undefined))
}

function joinOutputs(commit: unknown, a?: RunOutputs, b?: RunOutputs): RunOutputs | undefined {
  const files = union(a?.files, b?.files)
  return typeof commit === 'string' ? { commit, files: files ?? [] } : undefined
}

/** Joins summaries of metrics, each of which may know of points that the other does not. */
export function joinMetrics(a: RunRecord['metrics'], b: RunRecord['metrics']): RunRecord['metrics'] {
  return joinMaps(a, b, joinSummaries)
}

function joinMaps<T>(
  a: Record<string, T> | undefined,
  b: Record<string, T> | undefined,
  join: (a: T, b: T) => T,
): Record<string, T> | undefined {
  if (a === undefined && b === undefined) return undefined
  const result = new Map(Object.entries(a ?? {}))
  for (const [key, value] of Object.entries(b ?? {})) {
    const found = result.get(key)
    result.set(key, found === undefined ? value : join(found, value))
  }
  return Object.fromEntries([...result].sort(([x], [y]) => (x < y ? -1 : 1)))
}

function union<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): T[] | undefined {
  if (a === undefined && b === undefined) return undefined
  const byText = new Map([...(a ?? []), ...(b ?? [])].map((item) => [stableJson(item), item]))
  return [...byText].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, item]) => item)
}
