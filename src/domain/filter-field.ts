import { ATTRIBUTES, findAttribute } from './filter-attribute.ts'
import { filterError, type Span } from './filter-error.ts'
import type { Token } from './filter-token.ts'
import type { FieldGroup, FilterField } from './filter.ts'

const GROUPS: ReadonlyMap<string, FieldGroup> = new Map<string, FieldGroup>([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['param', 'param'],
  ['params', 'param'],
  ['parameter', 'param'],
  ['parameters', 'param'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
])
const DATASET_KEYS: ReadonlySet<string> = new Set(['name', 'digest', 'context'])

/** Where a parser stands. */
export interface Cursor {
  readonly text: string
  readonly tokens: readonly Token[]
  readonly strict: boolean
  at: number
}

/** Returns the token at the cursor. */
export function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at]!
}

/** Returns the token at the cursor and steps over it; the end stays where it is. */
export function take(cursor: Cursor): Token {
  const token = peek(cursor)
  if (token.kind !== 'end') cursor.at += 1
  return token
}

/** Reads a field: `metrics.val/acc`, ``params.`my key` ``, `status`, `"Run name"`. */
export function parseField(cursor: Cursor): FilterField {
  const first = take(cursor)
  if (first.kind === 'word') return parseFromWord(cursor, first)
  if (first.kind === 'backtick' || first.kind === 'double') return parseFromQuoted(cursor, first)
  const what =
    first.kind === 'end' ? 'a name is missing' : `a name is expected here, not ${describe(cursor, first)}`
  throw filterError(
    cursor.text,
    first,
    what,
    `write for instance metrics.acc, params.lr, tags.stage or status`,
  )
}

function parseFromWord(cursor: Cursor, word: Token): FilterField {
  const quoted = adjacentQuoted(cursor, word)
  if (quoted !== undefined && word.text.endsWith('.')) {
    return resolve(cursor, { start: word.start, end: quoted.end }, word.text.slice(0, -1), quoted.text)
  }
  return split(cursor, word, word.text)
}

function parseFromQuoted(cursor: Cursor, quoted: Token): FilterField {
  const next = peek(cursor)
  if (next.kind !== 'word' || next.start !== quoted.end || !next.text.startsWith('.')) {
    return resolve(cursor, quoted, undefined, quoted.text)
  }
  take(cursor)
  const key = next.text === '.' ? adjacentQuoted(cursor, next) : undefined
  const span = { start: quoted.start, end: (key ?? next).end }
  return resolve(cursor, span, quoted.text, key?.text ?? next.text.slice(1))
}

function adjacentQuoted(cursor: Cursor, before: Token): Token | undefined {
  const next = peek(cursor)
  const fits = (next.kind === 'backtick' || next.kind === 'double') && next.start === before.end
  return fits && before.text.endsWith('.') ? take(cursor) : undefined
}

function split(cursor: Cursor, span: Span, name: string): FilterField {
  const dot = name.indexOf('.')
  if (dot < 0 || (!GROUPS.has(name.slice(0, dot)) && findAttribute(name, cursor.strict) !== undefined)) {
    return resolve(cursor, span, undefined, name)
  }
  return resolve(cursor, span, name.slice(0, dot), name.slice(dot + 1))
}

function resolve(cursor: Cursor, span: Span, groupName: string | undefined, key: string): FilterField {
  const group = groupName === undefined ? 'attribute' : GROUPS.get(groupName)
  if (group === undefined) throw unknownGroup(cursor, span, groupName!, key)
  if (key === '') {
    throw filterError(
      cursor.text,
      span,
      `a name is missing after "${groupName}."`,
      `write for instance ${groupName}.loss`,
    )
  }
  if (group === 'dataset' && !DATASET_KEYS.has(key)) {
    throw filterError(
      cursor.text,
      span,
      `datasets have no "${key}"`,
      `write datasets.name, datasets.digest or datasets.context`,
    )
  }
  if (group !== 'attribute') return { group, key }
  const attribute = findAttribute(key, cursor.strict)
  if (attribute === undefined) throw unknownAttribute(cursor, span, key)
  return { group, key: attribute.name }
}

function unknownGroup(cursor: Cursor, span: Span, group: string, key: string): Error {
  const hint = /^m/i.test(group)
    ? `write metrics.${key}`
    : `for a metric write metrics.${group}.${key}; other names begin with params., tags., attributes. or datasets.`
  return filterError(cursor.text, span, `a run has nothing under "${group}."`, hint)
}

function unknownAttribute(cursor: Cursor, span: Span, key: string): Error {
  if (GROUPS.has(key)) {
    return filterError(cursor.text, span, `a name is missing after "${key}"`, `write ${key}.NAME`)
  }
  const mlflow = ATTRIBUTES.filter((each) => each.mlflow === true).map((each) => each.name)
  return filterError(
    cursor.text,
    span,
    `"${key}" is no attribute of a run`,
    `for a metric write metrics.${key}, for a param params.${key}, for a tag tags.${key}`,
    cursor.strict ? `attributes are ${mlflow.join(', ')}` : 'the attributes are in: git model runs -h',
  )
}

/** Names a token for an error message. */
export function describe(cursor: Cursor, token: Token): string {
  if (token.kind === 'end') return 'the end'
  const text = cursor.text.slice(token.start, token.end)
  return /^['"`]/.test(text) ? text : `"${text}"`
}
