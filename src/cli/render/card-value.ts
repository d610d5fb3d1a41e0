import { isMap } from '../../domain/card-value.ts'

const LONGEST = 200

/** Writes a value of a card on one line; null and absent are `unknown`. */
export function showCardValue(value: unknown): string {
  const text = plain(value).replaceAll(/\s*\n\s*/g, ' ⏎ ')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return 'unknown'
  if (typeof value === 'string') return value === '' ? '""' : value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ')
  if (!isMap(value)) return String(value)
  return Object.entries(value)
    .map(([key, item]) => `${key}: ${plain(item)}`)
    .join('; ')
}
