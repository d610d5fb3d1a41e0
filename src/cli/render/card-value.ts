import { isMap } from '../../domain/card-value.ts'

const LONGEST = 200

/** Writes a value of a card on one line; null and absent are `unknown`. */
export function showCardValue(value: unknown): string {
  const text = plain(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return 'unknown'
  if (typeof value === 'string') return value === '' ? '""' : oneLine(value)
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(plain).join(', ')
  if (!isMap(value)) return JSON.stringify(value) ?? typeof value
  return Object.entries(value)
    .map(([key, item]) => `${key}: ${plain(item)}`)
    .join('; ')
}

// Of a text of many lines: the first, and how many there are.
function oneLine(text: string): string {
  const lines = text.trimEnd().split('\n')
  const first = lines.find((line) => line.trim() !== '') ?? ''
  return lines.length === 1 ? first : `${first} … (${lines.length} lines)`
}
