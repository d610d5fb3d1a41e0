import { compareNumbers, fromStored, toStored, type StoredNumber } from './number.ts'
import type { MetricSummary, Oid } from './run.ts'

/** One logged value of a metric. */
export interface Point {
  step: number
  value: StoredNumber
  /** Milliseconds since 1970. */
  time: number
}

/** The history of one metric: columns of equal length, ordered by (step, time, value). */
export interface SeriesColumns {
  step: number[]
  value: StoredNumber[]
  time: number[]
}

/** The step history of a run: the note in `refs/notes/model/series` (`schemas/series-v1.json`). */
export interface Series {
  schema: 'series/v1'
  run: Oid
  metrics: Record<string, SeriesColumns>
  /** Present when the note holds a min/max-preserving reduction; the whole series is an artifact. */
  reduced?: true
}

/** Orders points by (step, time, value). */
export function comparePoints(a: Point, b: Point): number {
  return a.step - b.step || a.time - b.time || compareNumbers(fromStored(a.value), fromStored(b.value))
}

/** Returns points in order and without exact duplicates, as columns. */
export function toColumns(points: readonly Point[]): SeriesColumns {
  const sorted = points.toSorted(comparePoints)
  const kept = sorted.filter((point, index) => index === 0 || comparePoints(sorted[index - 1]!, point) !== 0)
  return {
    step: kept.map((point) => point.step),
    value: kept.map((point) => point.value),
    time: kept.map((point) => point.time),
  }
}

/** Returns the points of a metric. */
export function toPoints(columns: SeriesColumns): Point[] {
  return columns.step.map((step, index) => ({
    step,
    value: columns.value[index]!,
    time: columns.time[index]!,
  }))
}

/** Summarises a metric's history; undefined for an empty one. NaN counts for min and max only when nothing else is there. */
export function summarise(columns: SeriesColumns): MetricSummary | undefined {
  const end = columns.step.length - 1
  if (end < 0) return undefined
  let min = Number.NaN
  let max = Number.NaN
  for (const stored of columns.value) {
    const value = fromStored(stored)
    if (Number.isNaN(value)) continue
    if (!(value >= min)) min = value
    if (!(value <= max)) max = value
  }
  return {
    last: columns.value[end]!,
    step: columns.step[end]!,
    min: toStored(min),
    max: toStored(max),
    count: columns.step.length,
    time: columns.time[end]!,
  }
}

/** Returns the union of two histories of one run. Commutative, associative and idempotent. */
export function mergeSeries(a: Series, b: Series): Series {
  const names = [...new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)])].sort()
  const metrics = Object.fromEntries(
    names.map((name) => [name, mergeColumns(own(a.metrics, name), own(b.metrics, name))]),
  )
  const reduced = a.reduced === true || b.reduced === true
  return { schema: 'series/v1', run: a.run, metrics, ...(reduced && { reduced }) }
}

function mergeColumns(a: SeriesColumns | undefined, b: SeriesColumns | undefined): SeriesColumns {
  if (a === undefined || b === undefined) return toColumns(toPoints((a ?? b)!))
  return toColumns([...toPoints(a), ...toPoints(b)])
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
