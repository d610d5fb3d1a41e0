import { filterError } from './filter-error.ts'
import { describe, parseField, peek, take, type Cursor } from './filter-field.ts'
import { tokenize } from './filter-token.ts'
import type { FilterField } from './filter.ts'

/** What runs are ordered by. */
export interface SortKey {
  readonly field: FilterField
  /** Absent: the best first when the metric has a goal, else ascending. */
  readonly direction?: 'asc' | 'desc'
}

/**
 * Parses sort keys, separated by commas: `metrics.val/acc DESC, -params.lr, start_time`.
 *
 * @param options.strict - knows only the attributes that MLflow knows.
 * @throws ModelError filter-invalid
 */
export function parseSort(text: string, options: { strict?: boolean } = {}): SortKey[] {
  const cursor: Cursor = { text, tokens: tokenize(text), strict: options.strict ?? false, at: 0 }
  const keys = [parseKey(cursor)]
  while (peek(cursor).text === ',') {
    take(cursor)
    keys.push(parseKey(cursor))
  }
  const rest = peek(cursor)
  if (rest.kind === 'end') return keys
  throw filterError(
    text,
    rest,
    `${describe(cursor, rest)} is not expected here`,
    'write KEY, KEY DESC or -KEY, separated by commas',
  )
}

function parseKey(cursor: Cursor): SortKey {
  const first = peek(cursor)
  const isDescending = takeMinus(cursor)
  const field = parseField(cursor)
  if (field.group === 'dataset') {
    throw filterError(
      cursor.text,
      first,
      'runs cannot be sorted by datasets',
      'sort by a metric, param, tag or attribute',
    )
  }
  const word = peek(cursor).kind === 'word' ? peek(cursor).text.toUpperCase() : ''
  if (word !== 'ASC' && word !== 'DESC') return { field, ...(isDescending && { direction: 'desc' as const }) }
  take(cursor)
  return { field, direction: (word === 'DESC') === isDescending ? 'asc' : 'desc' }
}

// Takes the minus off the word that it leads.
function takeMinus(cursor: Cursor): boolean {
  const token = peek(cursor)
  if (token.kind !== 'word' || !token.text.startsWith('-')) return false
  const rest = { ...token, text: token.text.slice(1), start: token.start + 1 }
  const tokens = cursor.tokens as (typeof rest)[]
  if (rest.text === '') cursor.at += 1
  else tokens[cursor.at] = rest
  return true
}
