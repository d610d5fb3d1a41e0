import { formatCardPath, parseCardPath } from '../domain/card-path.ts'
import { placeIn } from '../domain/card-place.ts'
import { WHOLE_CARD, type CardPath } from '../domain/card.ts'
import { sameValue, valueAt } from '../domain/card-value.ts'
import type { CardVersion } from './card-past.ts'

/** What stood in a field. */
export interface FieldValue {
  /** Null where nothing did. */
  value: unknown
  /** Whether there was no such field. */
  removed: boolean
}

/** Who gave a field a value. */
export interface ValueWriter {
  author: string
  /** ISO 8601. */
  date: string
  /** Whether the field was taken away. */
  removed: boolean
  before: FieldValue
}

/** What the history tells of a value. */
export interface WrittenValue {
  /** Several where two people wrote the same; none where nothing tells. */
  writers: ValueWriter[]
  /** Whether the history of a shallow clone ends before somebody wrote it. */
  isCut: boolean
}

/**
 * Finds who gave a field of a card one of the values of its conflict. A merge writes nothing: the value is followed
 * into the parents that have it, until somebody's change brought it. Whoever settled an earlier conflict wrote the
 * value that stayed.
 *
 * @param newest - the version with the conflict.
 * @param field - as the conflict names it.
 */
export async function valueWriters(
  newest: CardVersion,
  field: string,
  value: unknown,
): Promise<WrittenValue> {
  const found: WrittenValue = { writers: [], isCut: false }
  const standIn = standsOf(newest, field)
  const queue = new Set([newest])
  for (const version of queue) {
    if (version.isCut) {
      found.isCut = true
      continue
    }
    const parents = await version.parents()
    const writer = version.isMerge ? undefined : writerOf(version, parents[0], standIn, value)
    if (writer !== undefined) found.writers.push(writer)
    else for (const parent of parents) if (says(standIn(parent), value)) queue.add(parent)
  }
  return found
}

/** What a version says of a field. */
interface Stand extends FieldValue {
  /** The values of its conflict, where it is in one. */
  named: readonly unknown[] | undefined
}

/** Reads what a version says of the field; undefined where the text cannot be read. */
type StandIn = (version: CardVersion) => Stand | undefined

const NOTHING: Stand = { value: null, removed: true, named: undefined }

function writerOf(
  version: CardVersion,
  parent: CardVersion | undefined,
  standIn: StandIn,
  value: unknown,
): ValueWriter | undefined {
  const now = standIn(version)
  const before = parent === undefined ? NOTHING : standIn(parent)
  // What cannot be read may have said the same.
  if (now === undefined || before === undefined) return undefined
  const isSettled = before.named !== undefined && now.named === undefined
  if (says(before, value) && !isSettled) return undefined
  const { author, date } = version
  return { author, date, removed: now.removed, before: { value: before.value, removed: before.removed } }
}

function says(stand: Stand | undefined, value: unknown): boolean {
  return stand !== undefined && [stand.value, ...(stand.named ?? [])].some((one) => sameValue(one, value))
}

function standsOf(newest: CardVersion, field: string): StandIn {
  const path = field === WHOLE_CARD ? [] : tryParsePath(field)
  const from = newest.card()?.value
  return (version) => {
    const text = version.text()
    if (text === undefined) return NOTHING
    const card = version.card()
    if (field === WHOLE_CARD) return { value: text, removed: false, named: card?.conflicts.get(WHOLE_CARD) }
    if (card === undefined || path === undefined) return undefined
    const place = placeIn(path, from, card.value)
    const found = place === undefined ? undefined : valueAt(card.value, place)
    const named = card.conflicts.get(place === undefined ? field : formatCardPath(place))
    return { value: found ?? null, removed: found === undefined, named }
  }
}

// Whoever wrote the card chose the name.
function tryParsePath(field: string): CardPath | undefined {
  try {
    return parseCardPath(field)
  } catch {
    return undefined
  }
}
