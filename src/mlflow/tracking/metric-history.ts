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

  /** Adds a point. */
  add(key: string, point: Point): void {
    this.#points ??= new Map()
    const list = this.#points.get(key)
    if (list === undefined) this.#points.set(key, [point])
    else list.push(point)
    const latest = this.#latest.get(key)
    if (latest === undefined || isLater(point, latest)) this.#latest.set(key, point)
  }

  /** Returns the points of a metric that were added, in the order in which they came. */
  added(key: string): readonly Point[] {
    return this.#points?.get(key) ?? []
  }
}

function isLater(a: LatestValue, b: LatestValue): boolean {
  const order = a.step - b.step || a.time - b.time || compareNumbers(fromStored(a.value), fromStored(b.value))
  return order > 0
}
