import { matchesLike } from '../domain/filter-like.ts'
import { tokenize, type Token } from '../domain/filter-token.ts'
import { parseNumber } from '../domain/number.ts'
import { invalid } from './protocol-error.ts'

/** A comparison of the searches for experiments, logged models, registered models and versions. */
export interface Clause {
  /** `attribute`, `tag`, `metric` or `param`. */
  readonly group: string
  readonly key: string
  readonly operator: string
  readonly value: string | number | readonly string[]
}

/** What a clause compares: one value, several of which one has to fit, or nothing. */
export type Compared = string | number | readonly number[] | undefined

const GROUPS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    attribute: 'attribute',
    attributes: 'attribute',
    attr: 'attribute',
    tag: 'tag',
    tags: 'tag',
    metric: 'metric',
    metrics: 'metric',
    param: 'param',
    params: 'param',
    parameter: 'param',
  }),
)
/** Attributes that are numbers, of whatever is searched. */
const NUMBERS = new Set([
  'creation_time',
  'creation_timestamp',
  'creation_timestamp_ms',
  'last_update_time',
  'last_updated_timestamp',
  'last_updated_timestamp_ms',
  'version_number',
])
const NUMBER_COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>='])
const TEXT_COMPARISONS = new Set(['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'])
const ABSENCES = new Set(['IS NULL', 'IS NOT NULL'])

/**
 * Parses comparisons that are joined by AND.
 *
 * @param absences - groups of which a clause may ask whether there is a value.
 * @throws ProtocolError INVALID_PARAMETER_VALUE.
 */
export function parseClauses(text: string, absences: readonly string[] = []): Clause[] {
  const tokens = [...tokenize(text)]
  const clauses: Clause[] = []
  const take = (): Token => tokens.shift()!
  while (tokens[0]!.kind !== 'end') {
    if (clauses.length > 0 && take().text.toUpperCase() !== 'AND') throw unreadable(text)
    clauses.push(readClause(text, tokens, take, absences))
  }
  return clauses
}

/** Tells whether all clauses hold. What is missing fits `IS NULL` alone. */
export function matchesClauses(
  clauses: readonly Clause[],
  read: (group: string, key: string) => Compared,
): boolean {
  return clauses.every((clause) => {
    const value = read(clause.group, clause.key)
    if (ABSENCES.has(clause.operator)) return (value === undefined) === (clause.operator === 'IS NULL')
    if (value === undefined) return false
    return typeof value === 'object' ? value.some((one) => matches(clause, one)) : matches(clause, value)
  })
}

/** Orders things by keys such as `name DESC`; ties stay as they stand. */
export function orderBy<T>(
  items: readonly T[],
  keys: readonly string[],
  read: (item: T, key: string) => string | number | undefined,
  allowed: readonly string[],
): T[] {
  const parsed = keys.map((text) => {
    const [, key = '', direction = 'ASC'] =
      /^\s*(?:attributes?\.)?([\w.]+)(?:\s+(asc|desc))?\s*$/i.exec(text) ?? []
    if (!allowed.includes(key))
      throw invalid(`Invalid order_by clause '${text}': valid keys are ${allowed.join(', ')}`)
    return { key, sign: direction.toUpperCase() === 'DESC' ? -1 : 1 }
  })
  return items.toSorted((a, b) => {
    for (const { key, sign } of parsed) {
      const order = compareValues(read(a, key), read(b, key), sign)
      if (order !== 0) return order
    }
    return 0
  })
}

/** Orders two values; what is missing comes last in both directions. */
export function compareValues(
  a: string | number | undefined,
  b: string | number | undefined,
  sign: number,
): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1
  return a < b ? -sign : sign
}

function readClause(text: string, tokens: Token[], take: () => Token, absences: readonly string[]): Clause {
  const field = readField(text, tokens, take)
  let operator = take().text.toUpperCase()
  if (operator === 'NOT') operator = `NOT ${take().text.toUpperCase()}`
  while (operator.startsWith('IS') && !ABSENCES.has(operator) && tokens[0]!.kind === 'word') {
    operator += ` ${take().text.toUpperCase()}`
  }
  if (ABSENCES.has(operator) && absences.includes(field.group)) return { ...field, operator, value: '' }
  const isNumber = field.group === 'metric' || (field.group === 'attribute' && NUMBERS.has(field.key))
  if (!(isNumber ? NUMBER_COMPARISONS : TEXT_COMPARISONS).has(operator)) throw unreadable(text)
  const value = operator.endsWith('IN') ? readList(text, take) : readValue(text, take())
  if (isNumber && typeof value !== 'number') throw unreadable(text)
  return { ...field, operator, value }
}

function readField(text: string, tokens: Token[], take: () => Token): { group: string; key: string } {
  const first = take()
  if (first.kind === 'backtick' || first.kind === 'double') return { group: 'attribute', key: first.text }
  if (first.kind !== 'word') throw unreadable(text)
  const dot = first.text.indexOf('.')
  if (dot < 0) return { group: 'attribute', key: first.text }
  const group = GROUPS.get(first.text.slice(0, dot))
  if (group === undefined) throw invalid(`Invalid entity type '${first.text.slice(0, dot)}' in '${text}'`)
  const rest = first.text.slice(dot + 1)
  const next = tokens[0]!
  const isQuoted = rest === '' && (next.kind === 'backtick' || next.kind === 'double')
  return { group, key: isQuoted ? take().text : rest }
}

function readValue(text: string, token: Token): string | number {
  if (token.kind === 'single' || token.kind === 'double') return token.text
  const number = token.kind === 'word' ? parseNumber(token.text) : undefined
  if (number === undefined) throw unreadable(text)
  return number
}

function readList(text: string, take: () => Token): string[] {
  if (take().text !== '(') throw unreadable(text)
  const values: string[] = []
  for (let end = ','; end === ',';) {
    const token = take()
    if (token.text === ')' && token.kind === 'punctuation') break
    values.push(String(readValue(text, token)))
    end = take().text
    if (end !== ',' && end !== ')') throw unreadable(text)
  }
  return values
}

function matches({ operator, value: wanted }: Clause, actual: string | number): boolean {
  if (typeof wanted === 'object') return wanted.includes(String(actual)) === (operator === 'IN')
  if (operator === 'LIKE' || operator === 'ILIKE') {
    return matchesLike(String(actual), String(wanted), operator === 'ILIKE')
  }
  const [a, b] = typeof actual === 'number' ? [actual, Number(wanted)] : [actual, String(wanted)]
  if (operator === '=') return a === b
  if (operator === '!=') return a !== b
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

function unreadable(text: string): Error {
  return invalid(`Invalid filter string: '${text}'. Expected a list of comparisons separated by 'AND'.`)
}
