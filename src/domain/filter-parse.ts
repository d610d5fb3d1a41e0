import { filterError, type Span } from './filter-error.ts'
import { describe, parseField, peek, take, type Cursor } from './filter-field.ts'
import { tokenize, type Token } from './filter-token.ts'
import { parseValue } from './filter-value.ts'
import type { Filter, FilterClause, FilterField, FilterOperator } from './filter.ts'

const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>='])
const OPERATOR_HINTS: Readonly<Record<string, string>> = {
  '==': 'write = for equal',
  '===': 'write = for equal',
  '<>': 'write != for not equal',
  '!==': 'write != for not equal',
  '=>': 'write >= for at least',
  '=<': 'write <= for at most',
  '!': 'write != for not equal',
}

/**
 * Parses the grammar of MLflow's run search (`mlflow.search_runs(filter_string=…)`): comparisons joined by AND.
 *
 * @param options.strict - refuses our conveniences: numbers for params, IN for every text, attributes of ours.
 * @throws ModelError filter-invalid, with the column and what to type instead.
 */
export function parseFilter(text: string, options: { strict?: boolean } = {}): Filter {
  const cursor: Cursor = { text, tokens: tokenize(text), strict: options.strict ?? false, at: 0 }
  const clauses: FilterClause[] = []
  while (peek(cursor).kind !== 'end') {
    if (clauses.length > 0) takeAnd(cursor)
    clauses.push(parseClause(cursor))
  }
  return { clauses, strict: cursor.strict }
}

function takeAnd(cursor: Cursor): void {
  const token = take(cursor)
  if (isWord(token, 'AND')) return
  const hint = isWord(token, 'OR')
    ? "there is no OR: write one filter for each, or IN for several values: status IN ('failed', 'killed')"
    : 'join clauses with AND'
  throw filterError(cursor.text, token, `AND is expected here, not ${describe(cursor, token)}`, hint)
}

function parseClause(cursor: Cursor): FilterClause {
  const start = peek(cursor).start
  if (peek(cursor).text === '(') {
    throw filterError(
      cursor.text,
      peek(cursor),
      'clauses cannot stand in brackets',
      'leave the brackets out: all clauses are joined by AND',
    )
  }
  const field = parseField(cursor)
  const name = { start, end: cursor.tokens[cursor.at - 1]!.end }
  const { operator, span } = parseOperator(cursor, name)
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') {
    checkAbsence(cursor, field, operator, span)
    return { field, operator, value: '' }
  }
  return { field, operator, value: parseValue(cursor, field, operator, { name, operator: span }) }
}

function parseOperator(cursor: Cursor, name: Span): { operator: FilterOperator; span: Span } {
  const token = take(cursor)
  if (token.kind === 'operator' && OPERATORS.has(token.text)) {
    return { operator: token.text as FilterOperator, span: token }
  }
  const word = token.kind === 'word' ? token.text.toUpperCase() : ''
  if (word === 'LIKE' || word === 'ILIKE' || word === 'IN') return { operator: word, span: token }
  if (word === 'NOT' && isWord(peek(cursor), 'IN')) {
    return { operator: 'NOT IN', span: { start: token.start, end: take(cursor).end } }
  }
  if (word === 'IS') return parseAbsence(cursor, token)
  throw badOperator(cursor, token, name)
}

function parseAbsence(cursor: Cursor, { start }: Token): { operator: FilterOperator; span: Span } {
  const isNegated = isWord(peek(cursor), 'NOT')
  if (isNegated) take(cursor)
  const last = take(cursor)
  const span = { start, end: last.end }
  if (isWord(last, 'NULL')) return { operator: isNegated ? 'IS NOT NULL' : 'IS NULL', span }
  throw filterError(
    cursor.text,
    last,
    'only NULL can follow IS',
    'write IS NULL, IS NOT NULL, or = for a value',
  )
}

function checkAbsence(cursor: Cursor, { group }: FilterField, operator: FilterOperator, span: Span): void {
  if (group === 'param' || group === 'tag') return
  throw filterError(
    cursor.text,
    span,
    `only params and tags can be asked for ${operator}`,
    'compare it with a value',
  )
}

function badOperator(cursor: Cursor, token: Token, name: Span): Error {
  const subject = cursor.text.slice(name.start, name.end)
  const known = Object.hasOwn(OPERATOR_HINTS, token.text) ? OPERATOR_HINTS[token.text] : undefined
  if (isWord(token, 'NOT')) {
    return filterError(
      cursor.text,
      token,
      'only IN can follow NOT',
      `write ${subject} NOT IN ('…'), or != for one value`,
    )
  }
  const message =
    token.kind === 'end'
      ? `"${subject}" is compared with nothing`
      : `a comparison is expected here, not ${describe(cursor, token)}`
  return filterError(
    cursor.text,
    token,
    message,
    known ?? 'compare with = != < <= > >= LIKE ILIKE IN or NOT IN',
  )
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toUpperCase() === word
}
