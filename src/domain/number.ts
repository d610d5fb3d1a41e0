/**
 * A number as notes and JSON keep it: NaN and the infinities are strings, because neither JSON
 * nor every YAML reader has a spelling for them.
 */
export type StoredNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** Returns the stored form of a number. */
export function toStored(value: number): StoredNumber {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

/** Returns the number that a stored form stands for. */
export function fromStored(value: StoredNumber): number {
  return typeof value === 'number' ? value : Number(value)
}

const WORDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    nan: Number.NaN,
    '.nan': Number.NaN,
    inf: Infinity,
    '+inf': Infinity,
    '.inf': Infinity,
    infinity: Infinity,
    '+infinity': Infinity,
    '-inf': -Infinity,
    '-.inf': -Infinity,
    '-infinity': -Infinity,
  }),
)

/** Parses a number as people and Python print it (`1e-3`, `nan`, `-inf`); undefined when it is not one. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim()
  const word = WORDS.get(trimmed.toLowerCase())
  if (word !== undefined) return word
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return undefined
  return Number(trimmed)
}

/**
 * Orders numbers totally: NaN is below every number and equal to itself, and -0 is below 0.
 * Merging needs a total order, which `<` is not.
 */
export function compareNumbers(a: number, b: number): number {
  if (Object.is(a, b)) return 0
  if (Number.isNaN(a)) return -1
  if (Number.isNaN(b)) return 1
  if (a === b) return Object.is(a, -0) ? -1 : 1
  return a < b ? -1 : 1
}
