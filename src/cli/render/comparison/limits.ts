/** How much of a comparison a report shows. Each number counts lines, but `text`: characters of one cell. */
export interface Limits {
  changed: number
  unchanged: number
  failures: number
  params: number
  /** Models whose runs are compared, each with its tables. */
  parts: number
  /** Models whose run is the same on both sides, each a line. */
  still: number
  models: number
  files: number
  fields: number
  curves: number
  text: number
}

/** From everything that reads well to what is always short enough. */
export const LIMITS: readonly Limits[] = [
  {
    changed: 200,
    unchanged: 300,
    failures: 50,
    params: 100,
    parts: 20,
    still: 100,
    models: 20,
    files: 100,
    fields: 100,
    curves: 3,
    text: 120,
  },
  {
    changed: 100,
    unchanged: 0,
    failures: 30,
    params: 50,
    parts: 20,
    still: 100,
    models: 20,
    files: 50,
    fields: 30,
    curves: 3,
    text: 100,
  },
  {
    changed: 50,
    unchanged: 0,
    failures: 20,
    params: 20,
    parts: 10,
    still: 30,
    models: 10,
    files: 10,
    fields: 10,
    curves: 1,
    text: 80,
  },
  {
    changed: 20,
    unchanged: 0,
    failures: 10,
    params: 10,
    parts: 4,
    still: 10,
    models: 4,
    files: 4,
    fields: 4,
    curves: 0,
    text: 40,
  },
]

/** Counts what a report leaves out, so that it can say so. */
export class Omissions {
  readonly #counts = new Map<string, { noun: string; count: number }>()

  /** Returns the first items, and counts the others. */
  take<T>(items: readonly T[], most: number, noun: string, nouns = `${noun}s`): T[] {
    const left = items.length - Math.min(items.length, most)
    if (left > 0) this.#counts.set(nouns, { noun, count: (this.#counts.get(nouns)?.count ?? 0) + left })
    return items.slice(0, most)
  }

  /** `12 metrics, 1 file`; empty where nothing was left out. */
  toString(): string {
    return [...this.#counts]
      .map(([nouns, { noun, count }]) => `${count} ${count === 1 ? noun : nouns}`)
      .join(', ')
  }
}
