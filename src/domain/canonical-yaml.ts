import { formatNumber, formatPlainOrQuoted, formatText, isLiteralSafe } from './yaml-scalar.ts'

/**
 * In which order the members of maps are written: `keys` first, as they stand here, the rest sorted by code
 * point. `each` is for the members that `keys` does not name, and for the items of a list.
 */
export interface KeyOrder {
  readonly keys?: Readonly<Record<string, KeyOrder>>
  readonly each?: KeyOrder
}

/** A value on its way to text: on the line of its key, or on lines of its own below it. */
type Layout = { inline: string; lines?: readonly string[] } | { inline?: undefined; lines: readonly string[] }

// YAML readers give up on a key that is longer than 1,024 characters, unless `? ` announces it.
const LONGEST_KEY = 1000

/**
 * Writes a value as a YAML document in its one canonical form.
 *
 * It begins with `---` and ends with one newline. The top level is a block; a list of scalars is `[a, b]`, a
 * map of scalars is `{a: 1}` from the second level on, and what holds collections is a block. Equal values
 * have equal text, and YAML 1.1 and 1.2 readers read the same value back. Members that are undefined are
 * left out; what JSON has no word for is written as null.
 *
 * @param order - in which order members are written; sorted where it does not say.
 */
export function formatYaml(value: unknown, order: KeyOrder = {}): string {
  const { inline, lines = [] } = layOut(value, order, 0)
  return `---\n${[...(inline === undefined ? [] : [inline]), ...lines].join('\n')}\n`
}

/** Writes one scalar as it stands on a line. NaN and the infinities become strings, and so does a date. */
export function formatScalar(value: unknown): string {
  if (typeof value === 'string') return formatPlainOrQuoted(value)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return formatPlainOrQuoted(String(value))
  return value instanceof Date ? formatPlainOrQuoted(String(value.toJSON())) : 'null'
}

/** Orders texts by code point, which is not the order of `<` where one has astral characters. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (left !== right) return fixUp(left) - fixUp(right)
  }
  return a.length - b.length
}

// Surrogates stand for code points above all others.
function fixUp(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit
}

function layOut(value: unknown, order: KeyOrder, depth: number): Layout {
  if (isList(value)) return layOutList(value, order, depth)
  if (isMap(value)) return layOutMap(value, order, depth)
  if (typeof value === 'string' && depth > 0 && isLiteralSafe(value)) return layOutLiteral(value)
  return { inline: formatScalar(value) }
}

function layOutList(list: readonly unknown[], order: KeyOrder, depth: number): Layout {
  if (!list.some(isCollection)) return { inline: `[${list.map(formatScalar).join(', ')}]` }
  const lines = list.flatMap((item) => prefix('- ', layOut(item, order.each ?? {}, depth + 1), false))
  return { lines }
}

function layOutMap(map: Readonly<Record<string, unknown>>, order: KeyOrder, depth: number): Layout {
  const members = orderMembers(map, order)
  if (members.length === 0) return { inline: '{}' }
  if (depth >= 2 && !members.some(([, value]) => isCollection(value))) {
    return { inline: `{${members.map(formatFlowMember).join(', ')}}` }
  }
  const lines = members.flatMap(([key, value]) => {
    const layout = layOut(value, orderOf(order, key), depth + 1)
    const name = formatPlainOrQuoted(key)
    return name.length > LONGEST_KEY
      ? [`? ${name}`, ...prefix(': ', layout, true)]
      : prefix(`${name}: `, layout, true)
  })
  return { lines }
}

function layOutLiteral(text: string): Layout {
  const chomped = text.endsWith('\n')
    ? { inline: '|', body: text.slice(0, -1) }
    : { inline: '|-', body: text }
  return { inline: chomped.inline, lines: chomped.body.split('\n') }
}

// Puts `- ` or `key: ` before a value. A block below a key stands on lines of its own.
function prefix(mark: string, { inline, lines = [] }: Layout, ownLines: boolean): string[] {
  if (inline !== undefined) return [`${mark}${inline}`, ...lines.map(indent)]
  if (ownLines) return [mark.trimEnd(), ...lines.map(indent)]
  return lines.map((line, index) => (index === 0 ? `${mark}${line}` : indent(line)))
}

function indent(line: string): string {
  return line === '' ? '' : `  ${line}`
}

function formatFlowMember([key, value]: readonly [string, unknown]): string {
  const name = formatPlainOrQuoted(key)
  return `${name.length > LONGEST_KEY ? '? ' : ''}${name}: ${formatScalar(value)}`
}

// Two keys can become one when their lone surrogates are replaced: the first counts.
function orderMembers(
  map: Readonly<Record<string, unknown>>,
  order: KeyOrder,
): [key: string, value: unknown][] {
  const found = new Map<string, unknown>()
  for (const [key, value] of Object.entries(map)) {
    const name = formatText(key)
    if (value !== undefined && !found.has(name)) found.set(name, value)
  }
  const first = Object.keys(order.keys ?? {}).filter((key) => found.has(key))
  const named = new Set(first)
  const rest = [...found.keys()].filter((key) => !named.has(key)).sort(compareCodePoints)
  return [...first, ...rest].map((key) => [key, found.get(key)])
}

function orderOf({ keys, each }: KeyOrder, key: string): KeyOrder {
  return (keys !== undefined && Object.hasOwn(keys, key) ? keys[key] : each) ?? {}
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function isCollection(value: unknown): boolean {
  return isList(value) || isMap(value)
}
