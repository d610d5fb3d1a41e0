import type { Goal } from './config.ts'
import { attributeOf } from './filter-attribute.ts'
import type { FilterView } from './filter-view.ts'
import { parseNumber } from './number.ts'
import type { SortKey } from './sort-key.ts'

/** What sorting needs beside the keys. */
export interface SortOptions {
  /** The goal of a metric, which is its direction when the key names none. */
  readonly goal?: (metric: string) => Goal | undefined
  /** Sorts params and tags as texts, as MLflow does. */
  readonly strict?: boolean
  /** How many of the first are wanted; all by default. */
  readonly limit?: number
}

// Kinds stand in this order in both directions.
const [NUMBER, NAN, TEXT, MISSING] = [0, 1, 2, 3] as const

interface Rank {
  readonly kind: number
  readonly number: number
  readonly text: string
}

interface Ranked<T> {
  readonly item: T
  readonly ranks: readonly Rank[]
  readonly started: number
}

/**
 * Returns runs in order: numbers, then NaN, then texts, then what is missing, in both directions; ties by start
 * time, newest first, then by run id. The order is total: it does not depend on the order of the input.
 */
export function sortRuns<T>(
  runs: readonly T[],
  keys: readonly SortKey[],
  view: (run: T) => FilterView,
  options: SortOptions = {},
): T[] {
  const signs = keys.map((key) => (isDescending(key, options) ? -1 : 1))
  const order = (a: Ranked<T>, b: Ranked<T>): number =>
    compareRanked(a, b, signs) || compare(idOf(view(a.item)), idOf(view(b.item)))
  const { limit = runs.length } = options
  const ranked: Ranked<T>[] = []
  // Twice as many as are wanted are kept, and what cannot be among them is left out from time to time.
  const room = Math.max(2 * limit, 1000)
  let last: Ranked<T> | undefined
  for (const item of runs) {
    if (last !== undefined && isBehind(view(item), last, keys[0], signs[0]!, options)) continue
    const next = rankRun(item, view(item), keys, options)
    if (last !== undefined && compareRanked(next, last, signs) > 0) continue
    ranked.push(next)
    if (ranked.length < room || limit === runs.length) continue
    ranked.sort(order).length = limit
    last = ranked.at(-1)
  }
  return ranked
    .sort(order)
    .slice(0, limit)
    .map(({ item }) => item)
}

/** Tells whether a key's greatest values come first. */
export function isDescending({ field, direction }: SortKey, { goal }: SortOptions): boolean {
  if (direction !== undefined) return direction === 'desc'
  return field.group === 'metric' && goal?.(field.key) === 'max'
}

function rankRun<T>(item: T, view: FilterView, keys: readonly SortKey[], options: SortOptions): Ranked<T> {
  return { item, ranks: keys.map((key) => rank(view, key, options)), started: startOf(view) }
}

function idOf(view: FilterView): string {
  return String(view.attribute('run_id') ?? '')
}

function rank(view: FilterView, { field }: SortKey, options: SortOptions): Rank {
  if (field.group === 'dataset') return { kind: MISSING, number: 0, text: '' }
  const value = view[field.group](field.key)
  if (value === undefined) return { kind: MISSING, number: 0, text: '' }
  const isText = field.group === 'attribute' && !['number', 'time'].includes(attributeOf(field.key).type)
  const asText =
    isText || (options.strict === true && field.group !== 'metric' && field.group !== 'attribute')
  const number = asText ? undefined : typeof value === 'number' ? value : parseNumber(String(value))
  if (number === undefined) return { kind: TEXT, number: 0, text: String(value) }
  return Number.isNaN(number) ? { kind: NAN, number: 0, text: '' } : { kind: NUMBER, number, text: '' }
}

// Most are told by the first key, or by the start time where there is no key.
function isBehind<T>(
  view: FilterView,
  last: Ranked<T>,
  key: SortKey | undefined,
  sign: number,
  options: SortOptions,
): boolean {
  if (key === undefined) return startOf(view) < last.started
  return compareRanks(rank(view, key, options), last.ranks[0]!, sign) > 0
}

function startOf(view: FilterView): number {
  const started = view.attribute('start_time')
  return typeof started === 'number' ? started : -Infinity
}

function compareRanked<T>(a: Ranked<T>, b: Ranked<T>, signs: readonly number[]): number {
  for (const [index, sign] of signs.entries()) {
    const order = compareRanks(a.ranks[index]!, b.ranks[index]!, sign)
    if (order !== 0) return order
  }
  return compare(b.started, a.started)
}

function compareRanks(a: Rank, b: Rank, sign: number): number {
  if (a.kind !== b.kind) return a.kind - b.kind
  return sign * (compare(a.number, b.number) || compare(a.text, b.text))
}

function compare<V extends number | string>(a: V, b: V): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
