import { parseNumber, toStored, type StoredNumber } from '../domain/number.ts'
import { isValidKey } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import type { Point } from '../domain/series.ts'
import type { MetricFile } from './metric-file.ts'

/** How many points one file may hold: about 100 MB of memory. */
export const MAX_POINTS = 2_000_000

/** The points of a file as they are read. */
export class MetricTable {
  /** How many points there are. */
  count = 0
  readonly #metrics = new Map<string, Point[]>()
  readonly #params = new Map<string, Scalar>()
  readonly #ignored = new Set<string>()

  /** Adds a value; one that is no number makes its name an ignored one, unless others are numbers. */
  add(name: string, value: unknown, step: number, time: number): void {
    const number = toNumber(value)
    if (number === undefined || !isValidKey(name)) this.#ignore(name)
    else {
      const points = this.#metrics.get(name)
      if (points === undefined) this.#metrics.set(name, [{ step, value: number, time }])
      else points.push({ step, value: number, time })
      this.count++
    }
  }

  /** Adds a param. */
  param(name: string, value: unknown): void {
    if (isValidKey(name) && isScalar(value)) this.#params.set(name, value)
    else this.#ignore(name)
  }

  /** Returns what was read. */
  finish(): MetricFile {
    const ignored = [...this.#ignored].filter((name) => !this.#metrics.has(name))
    const params = this.#params.size === 0 ? {} : { params: Object.fromEntries(this.#params) }
    return { ...params, metrics: Object.fromEntries(this.#metrics), ignored }
  }

  #ignore(name: string): void {
    if (this.#ignored.size < 1000) this.#ignored.add(name)
  }
}

/** Returns the number that a value is or, as text, says; undefined where it is none. */
export function toNumber(value: unknown): StoredNumber | undefined {
  const number = typeof value === 'string' ? parseNumber(value) : value
  return typeof number === 'number' ? toStored(number) : undefined
}

function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
}
