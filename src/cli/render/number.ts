import { fromStored, type StoredNumber } from '../../domain/number.ts'

const LARGEST_PLAIN = 1e15

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
