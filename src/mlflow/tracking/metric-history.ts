import { compareNumbers, fromStored, type StoredNumber } from '../../domain/number.ts'
import type { MetricSummary } from '../../domain/run.ts'
import type { Point } from '../../domain/series.ts'
import { intern } from './intern.ts'

/** The latest value of a metric, in the order of MLflow: by step, then time, then value. */
export interface LatestValue {
  readonly value: StoredNumber
  readonly step: number
  readonly time: number
}

/** The metrics of a run: the latest value of each, and those points that are not in its notes yet. */
export class MetricHistory {
  readonly #latest = new Map<string, LatestValue>()
  #points: Map<string, Point[]> | undefined

  /** @param summaries - what the run's record has. */
  constructor(summaries: Readonly<Record<string, MetricSummary>> = {}) {
    for (const [key, { last, step, time }] of Object.entries(summaries)) {
      this.#latest.set(intern(key), { value: last, step, time })
    }
  }

  /** The latest value of every metric. */
  get latest(): ReadonlyMap<string, LatestValue> {
    return this.#latest
  }

  /** Adds points of a metric. */
  add(key: string, points: readonly Point[]): void {
    this.#points ??= new Map()
    let list = this.#points.get(key)
    if (list === undefined) this.#points.set(key, (list = []))
    let latest = this.#latest.get(key)
    for (const point of points) {
      list.push(point)
      if (latest === undefined || isLater(point, latest)) latest = point
    }
    if (latest !== undefined) this.#latest.set(key, latest)
  }

  /** Returns the points of a metric that were added, in the order in which they came. */
  added(key: string): readonly Point[] {
    return this.#points?.get(key) ?? []
  }
}

function isLater(a: LatestValue, b: LatestValue): boolean {
  if (a.step !== b.step) return a.step > b.step
  const order = a.time - b.time || compareNumbers(fromStored(a.value), fromStored(b.value))
  return order > 0
}
