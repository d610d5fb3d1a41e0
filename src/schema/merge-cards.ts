import { CARD_SCHEMA, WHOLE_CARD, type CardConflict } from '../domain/card.ts'
import { parseCardPath } from '../domain/card-path.ts'
import { isMap, sameValue, valueAt } from '../domain/card-value.ts'
import { mergeCardValues, toConflict } from '../domain/merge-card-values.ts'
import { cardChunks, hasChunks, type CardChunk } from './card-chunks.ts'
import { openCard, parseCard, type CardDocument } from './card-document.ts'
import { composeCard } from './compose-card.ts'
import { setCardField, unsetCardField } from './edit-card-text.ts'
import { splitStream } from './split-stream.ts'
import { updateCardText } from './update-card-text.ts'

/** Two cards made one. */
export interface MergedCards {
  text: string
  /** The fields that both changed to different values, as they stand in `card.conflicts` of the text. */
  conflicts: CardConflict[]
}

/**
 * Merges two texts of one card against the text that both were made from. It always answers, and the answer is
 * the same, byte for byte, whichever side is ours. What one side alone changed keeps that side's bytes. Where both
 * changed one field to different values, one stays in place and both are recorded in `card.conflicts`.
 *
 * @param base - undefined where there is no common text: then a field that only one side has is kept.
 */
export function mergeCards(base: string | undefined, ours: string, theirs: string): MergedCards {
  if (ours === theirs || base === theirs) return merged(ours)
  if (base === ours) return merged(theirs)
  return mergeTwo(base === undefined ? undefined : joinCards(base), joinCards(ours), joinCards(theirs))
}

/** Of so many cards in one note one card is made; of more, none. */
const MAX_JOINED = 50

/** How many characters are read again, in all, to mend what both sides changed. */
const MAX_MENDED = 10_000_000

/**
 * Makes one card of the stream of cards that git leaves where it concatenates notes. A text of one card, or of
 * what is no YAML, stays as it is.
 */
export function joinCards(text: string): string {
  const parts = [...new Set(splitStream(text).map((part) => part.text))]
  if (parts.length > MAX_JOINED) return text
  if (parts.length < 2) return parts.length === 1 && splitStream(text).length > 1 ? parts[0]! : text
  return parts.sort().reduce((joined, part) => mergeTwo(undefined, joined, part).text)
}

function mergeTwo(base: string | undefined, ours: string, theirs: string): MergedCards {
  if (ours === theirs) return merged(ours)
  const [left, right] = ours < theirs ? [ours, theirs] : [theirs, ours]
  const documents = [left, right].map(readable)
  if (documents[0] === undefined || documents[1] === undefined) return merged(wholeConflict(left, right))
  try {
    return merged(mergeDocuments(readable(base), documents[0], documents[1]))
  } catch {
    return merged(wholeConflict(left, right))
  }
}

function merged(text: string): MergedCards {
  return { text, conflicts: conflictsOf(readable(text)) }
}

/** Returns the conflicts that a card records. */
export function conflictsOf(document: CardDocument | undefined): CardConflict[] {
  const found = document === undefined ? undefined : valueAt(document.value, ['card', 'conflicts'])
  if (!Array.isArray(found)) return []
  return found.filter(isConflict)
}

function isConflict(item: unknown): item is CardConflict {
  return isMap(item) && typeof item['field'] === 'string' && Array.isArray(item['values'])
}

// A card of a newer version is one that we cannot take apart.
function readable(text: string | undefined): CardDocument | undefined {
  if (text === undefined) return undefined
  const parsed = parseCard(text)
  if (!('document' in parsed) || !hasChunks(parsed.document)) return undefined
  return parsed.document.value['schema'] === CARD_SCHEMA ? parsed.document : undefined
}

function mergeDocuments(base: CardDocument | undefined, left: CardDocument, right: CardDocument): string {
  const [from, ours, theirs] = [
    base === undefined ? new Map<string, CardChunk>() : cardChunks(base),
    cardChunks(left),
    cardChunks(right),
  ]
  const conflicts = mergeConflicts(base, left, right)
  const both: string[] = []
  let text = ''
  for (const name of mergedOrder([...ours.keys()], [...theirs.keys()])) {
    const [b, l, r] = [from.get(name), ours.get(name), theirs.get(name)]
    text += pickText(b, l, r)
    if (name !== '/card/conflicts' && l?.text !== r?.text && b?.text !== l?.text && b?.text !== r?.text)
      both.push(name)
  }
  if (both.length * text.length > MAX_MENDED) throw new RangeError('too much is in conflict')
  for (const name of both) {
    const [b, l, r] = [from.get(name), ours.get(name), theirs.get(name)]
    const path = l?.path ?? r?.path
    if (path === undefined) continue
    const result = mergeCardValues(path, b?.value, l?.value, r?.value)
    text = updateCardText(text, path, result.value)
    conflicts.push(...result.conflicts)
  }
  const document = openCard(text)
  return writeConflicts(
    text,
    conflicts.map((conflict) => withStanding(conflict, document)),
  )
}

// One side changed, once more, a value that is in conflict on the other.
function withStanding(conflict: CardConflict, { value }: CardDocument): CardConflict {
  if (conflict.field === WHOLE_CARD) return conflict
  const standing = valueAt(value, parseCardPath(conflict.field))
  const isNamed = conflict.values.some((one) => sameValue(one, standing))
  return isNamed ? conflict : toConflict(conflict.field, [...conflict.values, standing])
}

// The text of the side that changed it; where both did, the first one's, whose value is mended afterwards.
function pickText(
  base: CardChunk | undefined,
  left: CardChunk | undefined,
  right: CardChunk | undefined,
): string {
  if (base?.text === left?.text) return right?.text ?? ''
  if (base?.text === right?.text) return left?.text ?? ''
  return left?.text ?? right?.text ?? ''
}

// The first side's order; what only the other has stands behind what it follows there.
function mergedOrder(left: string[], right: string[]): string[] {
  const behind = new Map<string | undefined, string[]>()
  const known = new Set(left)
  let before: string | undefined
  for (const name of right) {
    if (known.has(name)) before = name
    else if (!behind.get(before)?.push(name)) behind.set(before, [name])
  }
  return [undefined, ...left].flatMap((name) => [
    ...(name === undefined ? [] : [name]),
    ...(behind.get(name) ?? []),
  ])
}

function mergeConflicts(
  base: CardDocument | undefined,
  left: CardDocument,
  right: CardDocument,
): CardConflict[] {
  const [from, ours, theirs] = [base, left, right].map(
    (side) => new Map(conflictsOf(side).map((item) => [item.field, item])),
  )
  const fields = [...new Set([...ours!.keys(), ...theirs!.keys()])].sort()
  const open = fields.flatMap((field) => {
    const [b, l, r] = [from!.get(field), ours!.get(field), theirs!.get(field)]
    if (l === undefined || r === undefined) return b !== undefined && sameValue(b, l ?? r) ? [] : [(l ?? r)!]
    return [toConflict(field, [...l.values, ...r.values])]
  })
  const settled = [...from!.keys()].filter((field) => !ours!.has(field) && !theirs!.has(field))
  return [...open, ...settled.flatMap((field) => settledTwice(field, left, right))]
}

// Both sides settled one conflict: who left the value that stood there decided as well as who changed it.
function settledTwice(field: string, left: CardDocument, right: CardDocument): CardConflict[] {
  if (field === WHOLE_CARD) return []
  const path = parseCardPath(field)
  const [ours, theirs] = [valueAt(left.value, path), valueAt(right.value, path)]
  return sameValue(ours, theirs) ? [] : [toConflict(field, [ours, theirs])]
}

function writeConflicts(text: string, conflicts: readonly CardConflict[]): string {
  const all = [...group(conflicts)].sort(([a], [b]) => (a < b ? -1 : 1))
  const entries = all.map(([field, items]) =>
    toConflict(
      field,
      items.flatMap(({ values }) => values),
    ),
  )
  const cleared =
    valueAt(openCard(text).value, ['card', 'conflicts']) === undefined
      ? text
      : unsetCardField(text, ['card', 'conflicts'])
  return entries.length === 0 ? cleared : setCardField(cleared, ['card', 'conflicts'], entries)
}

function group(conflicts: readonly CardConflict[]): Map<string, CardConflict[]> {
  const groups = new Map<string, CardConflict[]>()
  for (const conflict of conflicts)
    groups.set(conflict.field, [...(groups.get(conflict.field) ?? []), conflict])
  return groups
}

// Cards that cannot be compared: the first that can be read stays in place, and both texts are kept whole.
function wholeConflict(left: string, right: string): string {
  const conflict = toConflict(WHOLE_CARD, [left, right])
  const standing = [left, right].find((text) => readable(text) !== undefined)
  if (standing !== undefined) {
    try {
      return writeConflicts(standing, [...conflictsOf(readable(standing)), conflict])
    } catch {
      // its text resists: keep both in a card of their own
    }
  }
  return composeCard('', { conflicts: [conflict], body: '' })
}
