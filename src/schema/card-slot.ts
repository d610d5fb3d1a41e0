import { isAlias, isCollection, isMap, isPair, isScalar, isSeq } from 'yaml'
import type { Pair, YAMLMap, YAMLSeq } from 'yaml'
import type { CardPath } from '../domain/card.ts'
import { formatCardPath } from '../domain/card-path.ts'
import { ModelError } from '../domain/errors.ts'
import { afterColon, endOf, findPair, isEmpty, type CardDocument } from './card-document.ts'

/** Where a value stands in the text of a card. */
export interface CardSlot {
  /** What the slot is in: the map or list whose member it is. */
  container: YAMLMap | YAMLSeq
  /** The pair of a map, or the item of a list. */
  entry: unknown
  /** The value's node; null where `key:` has none. */
  node: unknown
  /** Behind the `:` or the `-`. */
  after: number
  /** The column of the key or of the `-`. */
  indent: number
  /** Whether it stands inside `[…]` or `{…}`. */
  inFlow: boolean
  inList: boolean
}

/** How far a path leads in a card. */
export interface CardWalk {
  /** The slot of the last step that exists. Undefined where the first does not. */
  slot: CardSlot | undefined
  /** What remains of the path: empty where the field exists. */
  rest: CardPath
}

/**
 * Follows a path as far as it exists.
 *
 * @throws ModelError `card-invalid` where it leads through an alias, `argument-invalid` where through a plain value.
 */
export function walkCard(document: CardDocument, path: CardPath): CardWalk {
  let slot: CardSlot | undefined
  let node: unknown = document.root
  let inFlow = document.root.flow === true
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) throw throughAlias(path)
    const found = isNothing(node) ? undefined : member(node, step, path, index)
    if (found === undefined) return { slot, rest: checkedRest(path, index, isSeq(node)) }
    slot = toSlot(document, node as YAMLMap | YAMLSeq, found, inFlow)
    node = slot.node
    inFlow = inFlow || (isCollection(node) && node.flow === true)
  }
  if (isAlias(node)) throw throughAlias(path)
  return { slot, rest: [] }
}

/** Returns the column, from 0, of an offset. */
export function columnOf(document: CardDocument, offset: number): number {
  return offset - (document.text.lastIndexOf('\n', offset - 1) + 1)
}

/** Returns the offset behind the line in which an entry of a block ends. */
export function lineEndOf(document: CardDocument, entry: unknown): number {
  const end = entryEnd(entry)
  if (end > 0 && document.text[end - 1] === '\n') return end
  const newline = document.text.indexOf('\n', end)
  return newline < 0 ? document.text.length : newline + 1
}

/** Returns where an entry's own text ends. */
export function entryEnd(entry: unknown): number {
  if (!isPair(entry)) return endOf(entry)
  return isNothing(entry.value) && (entry.value === null || isEmpty(entry.value))
    ? afterColon(entry)
    : endOf(entry.value)
}

/** Tells whether a node stands for nothing: an empty value or null. */
export function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}

function member(node: unknown, step: string | number, path: CardPath, index: number): unknown {
  if (isMap(node)) return findPair(node, String(step))
  if (isSeq(node) && typeof step === 'number') {
    if (step > node.items.length) throw beyond(path, index, node.items.length)
    return node.items[step]
  }
  throw notACollection(path, index, isSeq(node))
}

// A list that is made anew begins with item 0.
function checkedRest(path: CardPath, index: number, ofList: boolean): CardPath {
  const made = ofList ? index + 1 : index
  const wrong = path.findIndex((step, at) => at >= made && typeof step === 'number' && step > 0)
  if (wrong >= 0) throw beyond(path, wrong, 0)
  return path.slice(index)
}

function toSlot(
  document: CardDocument,
  container: YAMLMap | YAMLSeq,
  entry: unknown,
  inFlow: boolean,
): CardSlot {
  const inList = isSeq(container)
  const after = inList ? afterDash(container, entry) : afterColon(entry as Pair)
  const mark = inList ? after - 1 : ((entry as Pair).key as { range: number[] }).range[0]!
  const node = isPair(entry) ? entry.value : entry
  return { container, entry, node, after, indent: inFlow ? 0 : columnOf(document, mark), inFlow, inList }
}

interface SourceItems {
  srcToken?: { items?: { start: { type: string; offset: number }[] }[] }
}

function afterDash(list: YAMLSeq, item: unknown): number {
  const token = (list as SourceItems).srcToken?.items?.[list.items.indexOf(item)]
  const dash = token?.start.find(({ type }) => type === 'seq-item-ind')
  return dash === undefined ? (item as { range: number[] }).range[0]! : dash.offset + 1
}

function throughAlias(path: CardPath): ModelError {
  return new ModelError(
    'card-invalid',
    `"${formatCardPath(path)}" is a YAML alias (*name) and cannot be set alone`,
    {
      hints: ['git model card edit MODEL'],
    },
  )
}

function notACollection(path: CardPath, index: number, isList: boolean): ModelError {
  const parent = formatCardPath(path.slice(0, index))
  const what = isList ? 'a list: its items are numbered, from 0' : 'a value and has no members'
  return new ModelError('argument-invalid', `"${parent}" is ${what}`, {
    hints: [
      isList ? `name an item like ${parent}[0], or append with ${parent}+=VALUE` : `set "${parent}" itself`,
    ],
    data: { field: formatCardPath(path) },
  })
}

function beyond(path: CardPath, index: number, length: number): ModelError {
  const parent = formatCardPath(path.slice(0, index))
  return new ModelError(
    'argument-invalid',
    `"${parent}" has ${length === 1 ? '1 item' : `${length} items`}, so [${path[index]}] cannot be set`,
    {
      hints: [`append with ${parent}+=VALUE`],
      data: { field: formatCardPath(path) },
    },
  )
}
