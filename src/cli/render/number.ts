import { fromStored, type StoredNumber } from '../../domain/number.ts'

const LARGEST_PLAIN = 1e15
/** Significant digits that tell any two numbers apart. */
const EXACT = 17

/**
 * Writes a number in its shortest sensible form: whole numbers in full, others with so many significant digits.
 *
 * @param digits - significant digits, 4 by default; Infinity for all.
 */
export function formatNumber(stored: StoredNumber, digits = 4): string {
  const value = fromStored(stored)
  if (!Number.isFinite(value) || !Number.isFinite(digits)) return String(value)
  if (Number.isInteger(value) && Math.abs(value) < LARGEST_PLAIN) return String(value)
  return String(Number(value.toPrecision(digits)))
}

/**
 * Returns the fewest significant digits, 4 or more, with which something holds of the rounded numbers: what a report says
 * of two numbers must be seen of them.
 *
 * @param holds - what is true of the numbers themselves.
 */
export function digitsFor(holds: (rounded: (stored: StoredNumber) => number) => boolean): number {
  let digits = 4
  while (digits < EXACT && !holds((stored) => Number(formatNumber(stored, digits)))) digits += 1
  return digits
}

/** Returns the fewest significant digits, 4 or more, that tell numbers apart which are not the same. */
export function digitsApart(...numbers: readonly (StoredNumber | undefined)[]): number {
  const known = numbers.filter((number) => number !== undefined)
  const different = new Set(known.map(fromStored)).size
  return digitsFor((rounded) => new Set(known.map(rounded)).size === different)
}

/** Writes a size in bytes with a decimal unit, as git-lfs does: `240 kB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let [size, unit] = [bytes, 0]
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit]}`
}
