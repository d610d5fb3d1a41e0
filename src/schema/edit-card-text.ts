import { isCollection, isMap, isScalar, isSeq } from 'yaml'
import type { YAMLMap, YAMLSeq } from 'yaml'
import { CARD_PARTS, type CardPath } from '../domain/card.ts'
import { formatCardPath } from '../domain/card-path.ts'
import { sameValue, valueAt, withoutValue, withValue } from '../domain/card-value.ts'
import { ModelError } from '../domain/errors.ts'
import { formatAfter, formatEntry, formatInFlow, formatItem } from '../domain/format-card-value.ts'
import { endOf, findPair, isEmpty, openCard, startOf, type CardDocument } from './card-document.ts'
import { columnOf, entryEnd, isNothing, lineEndOf, walkCard, type CardSlot } from './card-slot.ts'

/** A piece of text that takes the place of another. */
interface Splice {
  from: number
  to: number
  text: string
}

/**
 * Returns the text of a card with another value in one field. Every byte that does not belong to the field
 * stays; a field that has the value already leaves the text as it is. Maps and lists on the way are made.
 *
 * @throws ModelError `card-invalid` where the text cannot be edited in place, `argument-invalid` for a wrong path.
 */
export function setCardField(text: string, path: CardPath, value: unknown): string {
  const document = openCard(text)
  const before = valueAt(document.value, path)
  if (before !== undefined && Object.is(before ?? null, value ?? null)) return text
  if (before !== undefined && before !== null && sameValue(before, value)) return text
  const { slot, rest } = walkCard(document, path)
  const splices =
    rest.length === 0 && slot !== undefined
      ? replacements(document, slot, value)
      : additions(document, slot, rest, value)
  const wanted = withValue(document.value, path, value ?? null)
  return firstThatReads(text, splices, wanted, path)
}

/**
 * Returns the text of a card without a field. A map or list that has nothing left goes too.
 *
 * @throws ModelError `card-invalid` where the text cannot be edited in place.
 */
export function unsetCardField(text: string, path: CardPath): string {
  const document = openCard(text)
  const whole = emptiedBy(document.value, path)
  const { slot, rest } = walkCard(document, whole)
  if (slot === undefined || rest.length > 0) return text
  return firstThatReads(text, [removal(document, slot)], withoutValue(document.value, whole), path)
}

/** Returns the text of a card with an item at the end of a list; unchanged where the list has the item. */
export function appendCardItem(text: string, path: CardPath, item: unknown): string {
  const found = valueAt(openCard(text).value, path)
  if (found === undefined || found === null) return setCardField(text, path, [item])
  if (!Array.isArray(found)) return setCardField(text, path, sameValue(found, item) ? found : [found, item])
  if (found.some((other) => sameValue(other, item))) return text
  return found.length === 0
    ? setCardField(text, path, [item])
    : setCardField(text, [...path, found.length], item)
}

/** Returns the text of a card without an item of a list; unchanged where the list does not have it. */
export function removeCardItem(text: string, path: CardPath, item: unknown): string {
  const found = valueAt(openCard(text).value, path)
  if (!Array.isArray(found)) return sameValue(found, item) ? unsetCardField(text, path) : text
  const index = found.findIndex((other) => sameValue(other, item))
  return index < 0 ? text : unsetCardField(text, [...path, index])
}

/** Takes the first of several ways to edit whose result reads as wanted. */
function firstThatReads(text: string, splices: readonly Splice[], wanted: unknown, path: CardPath): string {
  for (const splice of splices) {
    const edited = text.slice(0, splice.from) + splice.text + text.slice(splice.to)
    if (readsAs(edited, wanted)) return edited
  }
  throw new ModelError(
    'card-invalid',
    `"${formatCardPath(path)}" cannot be changed without touching its surroundings`,
    {
      hints: ['git model card edit MODEL'],
      data: { field: formatCardPath(path) },
    },
  )
}

function readsAs(text: string, wanted: unknown): boolean {
  try {
    return sameValue(openCard(text).value, wanted)
  } catch {
    return false
  }
}

function replacements(document: CardDocument, slot: CardSlot, value: unknown): Splice[] {
  const { node, after } = slot
  if (slot.inFlow) return [{ ...spanOf(node, after), text: flowText(document, slot, value) }]
  const text = inLinesOf(document, after, formatAfter(value, slot.indent, slot.inList))
  const end = lineEndOf(document, slot.entry)
  const whole = { from: after, to: endsWithBreak(document.text, end), text }
  if (isEmpty(node) || node === null) return [{ from: after, to: after, text }, whole]
  const oneLine = !text.includes('\n') && !isBlock(node)
  const inPlace = { ...spanOf(node, after), text: text.trimStart() }
  return oneLine ? [inPlace, whole] : [whole]
}

function additions(
  document: CardDocument,
  slot: CardSlot | undefined,
  rest: CardPath,
  value: unknown,
): Splice[] {
  const [step, ...inner] = rest
  const content = withValue(undefined, inner, value)
  const node = slot === undefined ? document.root : slot.node
  if (slot !== undefined && isNothing(node))
    return replacements(document, slot, withValue(undefined, rest, value))
  const container = node as YAMLMap | YAMLSeq
  if (container.items.length === 0 && slot !== undefined) {
    return replacements(document, slot, withValue(undefined, rest, value))
  }
  if (slot?.inFlow === true || container.flow === true) return [flowAddition(container, step!, content)]
  return [blockAddition(document, slot, container, step!, content)]
}

function blockAddition(
  document: CardDocument,
  slot: CardSlot | undefined,
  container: YAMLMap | YAMLSeq,
  step: string | number,
  value: unknown,
): Splice {
  const indent = indentOf(document, container)
  const line = isSeq(container) ? formatItem(value, indent) : formatEntry(String(step), value, indent)
  const next = isMap(container) ? followerOf(slot, container, String(step)) : undefined
  const at =
    next === undefined ? lineEndOf(document, container.items.at(-1)) : next - columnOf(document, next)
  const text = inLinesOf(document, Math.max(at - 1, 0), line)
  const breakFirst = at > 0 && document.text[at - 1] !== '\n'
  return { from: at, to: at, text: breakFirst ? `\n${text}` : text }
}

// Metadata stays above `card:`, and the members of `card:` keep their order, `body` last.
function followerOf(slot: CardSlot | undefined, map: YAMLMap, key: string): number | undefined {
  if (slot === undefined) return startOf(findPair(map, 'card')?.key)
  const parent = slot.entry as { key?: { value?: unknown } }
  if (parent.key?.value !== 'card' || slot.indent !== 0) return undefined
  const rank = CARD_PARTS.indexOf(key as (typeof CARD_PARTS)[number])
  if (rank < 0) return undefined
  const later = map.items.find(
    (pair) =>
      isScalar(pair.key) && CARD_PARTS.indexOf(String(pair.key.value) as (typeof CARD_PARTS)[number]) > rank,
  )
  return later === undefined ? undefined : startOf(later.key)
}

function flowAddition(container: YAMLMap | YAMLSeq, step: string | number, value: unknown): Splice {
  const text = isSeq(container)
    ? formatInFlow(value)
    : `${formatInFlow(String(step))}: ${formatInFlow(value)}`
  const last = container.items.at(-1)
  if (last !== undefined) return { from: entryEnd(last), to: entryEnd(last), text: `, ${text}` }
  return { from: container.range![0] + 1, to: container.range![1] - 1, text }
}

function removal(document: CardDocument, slot: CardSlot): Splice {
  const { container, entry } = slot
  const index = container.items.indexOf(entry as never)
  const [before, next] = [container.items[index - 1], container.items[index + 1]]
  const start = startOfEntry(container, entry)
  if (slot.inFlow) {
    if (next !== undefined) return { from: start, to: startOfEntry(container, next), text: '' }
    return { from: before === undefined ? start : entryEnd(before), to: entryEnd(entry), text: '' }
  }
  const column = columnOf(document, start)
  const alone = document.text.slice(start - column, start).trim() === ''
  if (!alone && next !== undefined) return { from: start, to: startOfEntry(container, next), text: '' }
  return { from: alone ? start - column : start, to: lineEndOf(document, entry), text: '' }
}

function startOfEntry(container: YAMLMap | YAMLSeq, entry: unknown): number {
  if (isMap(container)) return startOf((entry as { key: unknown }).key)!
  if (container.flow === true) return startOf(entry)!
  const items = (container as { srcToken?: { items?: { start: { type: string; offset: number }[] }[] } })
    .srcToken?.items
  const token = items?.[container.items.indexOf(entry)]
  return token?.start.find(({ type }) => type === 'seq-item-ind')?.offset ?? startOf(entry)!
}

function indentOf(document: CardDocument, container: YAMLMap | YAMLSeq): number {
  return columnOf(document, startOfEntry(container, container.items[0]))
}

function emptiedBy(value: unknown, path: CardPath): CardPath {
  if (path.length < 2) return path
  const parent = path.slice(0, -1)
  const container = valueAt(value, parent)
  const size = container !== null && typeof container === 'object' ? Object.keys(container).length : 0
  const has = valueAt(value, path) !== undefined
  return has && size === 1 && typeof parent.at(-1) !== 'number' ? emptiedBy(value, parent) : path
}

function flowText(document: CardDocument, slot: CardSlot, value: unknown): string {
  const text = formatInFlow(value)
  return isEmpty(slot.node) && document.text[slot.after] !== ' ' ? ` ${text}` : text
}

function spanOf(node: unknown, after: number): { from: number; to: number } {
  return node === null ? { from: after, to: after } : { from: startOf(node)!, to: endOf(node) }
}

function isBlock(node: unknown): boolean {
  if (isCollection(node)) return (node as YAMLMap).flow !== true
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
}

function endsWithBreak(text: string, end: number): number {
  if (text[end - 1] !== '\n') return end
  return text[end - 2] === '\r' ? end - 2 : end - 1
}

// A front matter that came with CRLF keeps it in the lines that are added to it.
function inLinesOf(document: CardDocument, offset: number, text: string): string {
  const newline = document.text.indexOf('\n', offset)
  const crlf = newline > 0 && document.text[newline - 1] === '\r'
  return crlf ? text.replaceAll('\n', '\r\n') : text
}
