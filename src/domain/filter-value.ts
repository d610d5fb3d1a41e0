import { attributeOf, type Attribute } from './filter-attribute.ts'
import { filterError, type Span } from './filter-error.ts'
import { describe, peek, take, type Cursor } from './filter-field.ts'
import type { Token } from './filter-token.ts'
import type { FilterClause, FilterField, FilterOperator } from './filter.ts'
import { parseNumber } from './number.ts'

/** Where the name and the comparison of a clause stand. */
interface Places {
  readonly name: Span
  readonly operator: Span
}

const TEXT_OPERATORS: ReadonlySet<FilterOperator> = new Set(['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'])
const NUMBER_OPERATORS: ReadonlySet<FilterOperator> = new Set(['=', '!=', '<', '<=', '>', '>='])

/** Reads what a field is compared with, and checks that the two go together. */
export function parseValue(
  cursor: Cursor,
  field: FilterField,
  operator: FilterOperator,
  places: Places,
): FilterClause['value'] {
  const attribute = field.group === 'attribute' ? attributeOf(field.key) : undefined
  if (field.group === 'metric' || attribute?.type === 'number' || attribute?.type === 'time') {
    return parseNumeric(cursor, attribute, operator, places)
  }
  if (operator === 'IN' || operator === 'NOT IN') return parseList(cursor, field, operator, places)
  const value = parseText(cursor, field, operator, places)
  if (typeof value === 'string') checkWord(cursor, attribute, operator, value)
  return value
}

function parseNumeric(
  cursor: Cursor,
  attribute: Attribute | undefined,
  operator: FilterOperator,
  places: Places,
): number {
  const subject = nameText(cursor, places)
  if (!NUMBER_OPERATORS.has(operator)) {
    const message = `a number cannot be compared with ${operator}`
    throw filterError(
      cursor.text,
      places.operator,
      message,
      `compare it with ${[...NUMBER_OPERATORS].join(' ')}`,
    )
  }
  const token = take(cursor)
  const number = token.kind === 'word' ? parsePlainNumber(token.text, cursor.strict) : undefined
  if (number !== undefined) return number
  const time =
    attribute?.type === 'time' && isText(token) && !cursor.strict ? parseTime(token.text) : undefined
  if (time !== undefined) return time
  if (attribute?.type === 'time' && isText(token)) checkDay(cursor, token)
  throw notANumber(cursor, token, `${subject} ${operator}`, attribute?.type === 'time')
}

function notANumber(cursor: Cursor, token: Token, clause: string, isTime: boolean): Error {
  const inside = isText(token) ? parseNumber(token.text) : undefined
  const message = `a number is expected here, not ${describe(cursor, token)}`
  if (inside !== undefined) {
    return filterError(cursor.text, token, message, `write it without quotes: ${clause} ${token.text.trim()}`)
  }
  const example = isTime && !cursor.strict ? `'2026-11-23' or 1795392000000` : '0.9'
  return filterError(cursor.text, token, message, `write for instance: ${clause} ${example}`)
}

function parseText(
  cursor: Cursor,
  field: FilterField,
  operator: FilterOperator,
  places: Places,
): string | number {
  const token = take(cursor)
  const free = !cursor.strict && (field.group === 'param' || field.group === 'tag')
  const literal =
    free && token.kind === 'word' && NUMBER_OPERATORS.has(operator) ? parseLiteral(token.text) : undefined
  if (typeof literal === 'number') return literal
  checkTextOperator(cursor, operator, token, free, places)
  if (literal === undefined && !isText(token)) throw notQuoted(cursor, token, operator, places)
  return literal ?? token.text
}

function parseLiteral(word: string): number | string | undefined {
  return parseNumber(word) ?? (/^(true|false)$/i.test(word) ? word.toLowerCase() : undefined)
}

function checkTextOperator(
  cursor: Cursor,
  operator: FilterOperator,
  token: Token,
  free: boolean,
  places: Places,
): void {
  if (TEXT_OPERATORS.has(operator)) return
  const subject = nameText(cursor, places)
  const number = isText(token) ? parseNumber(token.text) : undefined
  const hint =
    free && number !== undefined
      ? `to compare as numbers leave the quotes out: ${subject} ${operator} ${token.text.trim()}`
      : 'compare texts with = != LIKE or ILIKE'
  throw filterError(cursor.text, places.operator, `a text cannot be compared with ${operator}`, hint)
}

function notQuoted(cursor: Cursor, token: Token, operator: FilterOperator, places: Places): Error {
  const clause = `${nameText(cursor, places)} ${operator}`
  if (token.kind === 'end') {
    return filterError(cursor.text, token, 'a value is missing', `write for instance: ${clause} 'value'`)
  }
  const value = token.kind === 'word' ? token.text : 'value'
  const message = `a text in quotes is expected here, not ${describe(cursor, token)}`
  return filterError(cursor.text, token, message, `write: ${clause} '${value}'`)
}

function parseList(cursor: Cursor, field: FilterField, operator: FilterOperator, places: Places): string[] {
  const allowed =
    !cursor.strict || field.group === 'dataset' || (field.group === 'attribute' && field.key === 'run_id')
  if (!allowed) {
    const message = `"${nameText(cursor, places)}" cannot be compared with ${operator}`
    throw filterError(cursor.text, places.operator, message, 'only run_id and datasets have IN and NOT IN')
  }
  const example = `${nameText(cursor, places)} ${operator} ('a', 'b')`
  const attribute = field.group === 'attribute' ? attributeOf(field.key) : undefined
  expectPunctuation(cursor, '(', example)
  const values: string[] = []
  do {
    const token = take(cursor)
    if (!isText(token)) {
      const message = `a text in quotes is expected here, not ${describe(cursor, token)}`
      throw filterError(cursor.text, token, message, `write for instance: ${example}`)
    }
    checkWord(cursor, attribute, '=', token.text)
    values.push(token.text)
  } while (takePunctuation(cursor, ','))
  expectPunctuation(cursor, ')', example)
  return values
}

// A word that no run can have is a slip of the hand, which an empty answer would hide.
function checkWord(
  cursor: Cursor,
  attribute: Attribute | undefined,
  operator: FilterOperator,
  value: string,
): void {
  if (cursor.strict || attribute?.values === undefined || operator === 'LIKE' || operator === 'ILIKE') return
  if (attribute.values.includes(value.toLowerCase())) return
  const known = attribute.values.filter((each) => each !== 'scheduled')
  const token = cursor.tokens[cursor.at - 1]!
  const message = `"${value}" is no ${attribute.name} that a run can have`
  throw filterError(
    cursor.text,
    token,
    message,
    `${attribute.name} is one of ${known.map((each) => `'${each}'`).join(', ')}`,
  )
}

function takePunctuation(cursor: Cursor, mark: string): boolean {
  const token = peek(cursor)
  const found = token.kind === 'punctuation' && token.text === mark
  if (found) take(cursor)
  return found
}

function expectPunctuation(cursor: Cursor, mark: string, example: string): void {
  const token = peek(cursor)
  if (takePunctuation(cursor, mark)) return
  const message = `"${mark}" is expected here, not ${describe(cursor, token)}`
  throw filterError(cursor.text, token, message, `write for instance: ${example}`)
}

// MLflow takes numbers only; NaN and the infinities find runs that diverged.
function parsePlainNumber(text: string, strict: boolean): number | undefined {
  const number = parseNumber(text)
  return strict && !Number.isFinite(number) ? undefined : number
}

// A date is midnight UTC, and a time without a zone is UTC: a filter means the same on every machine.
function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(
    text.trim(),
  )
  if (match === null || !isDay(match[1]!)) return undefined
  const time = Date.parse(`${match[1]}T${match[2] ?? '00:00'}${(match[3] ?? 'Z').toUpperCase()}`)
  return Number.isNaN(time) ? undefined : time
}

// JavaScript takes the 31st of February for the 3rd of March.
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function checkDay(cursor: Cursor, token: Token): void {
  const day = /^\d{4}-\d{2}-\d{2}(?=[T ]|$)/i.exec(token.text.trim())?.[0]
  if (day === undefined || isDay(day)) return
  throw filterError(cursor.text, token, `there is no day ${day}`, "write for instance: '2026-11-23'")
}

function isText(token: Token): boolean {
  return token.kind === 'single' || token.kind === 'double'
}

function nameText(cursor: Cursor, places: Places): string {
  return cursor.text.slice(places.name.start, places.name.end)
}
