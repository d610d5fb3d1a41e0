import { ByteCursor } from '../byte-cursor.ts'
import type { ByteSource } from '../byte-source.ts'

/** One field of a message, whose content was not looked at yet. */
export interface WireField {
  number: number
  /** Of a field with a number in it, as it stands: unsigned. */
  value: bigint
  /** Where the content of a text, of bytes or of a message stands; empty for numbers. */
  start: number
  end: number
}

/** A message, or a part of one, in a source. */
export interface WireMessage {
  source: ByteSource
  start: number
  end: number
}

/** A message that is not in order. The message of the error says why. */
export class WireDamage extends Error {
  override readonly name = 'WireDamage'
}

const fail = (why: string): Error => new WireDamage(why)

/** How many fields of one file are walked over at most: what bounds time. */
const MAX_FIELDS = 20_000_000

/** Counts the fields that were walked over. One for each file. */
export interface WireBudget {
  fields: number
}

/** Makes the budget of one file. */
export function wireBudget(): WireBudget {
  return { fields: MAX_FIELDS }
}

/**
 * Walks over the fields of a message without reading their content (protobuf.dev, "Encoding").
 *
 * @throws WireDamage.
 */
export function* walkMessage({ source, start, end }: WireMessage, budget: WireBudget): Generator<WireField> {
  const cursor = new ByteCursor(source, start, fail)
  while (cursor.at < end) {
    budget.fields -= 1
    if (budget.fields < 0) throw fail(`it has more than ${MAX_FIELDS} fields`)
    const tag = varint(cursor)
    const number = Number(tag >> 3n)
    if (number === 0) throw fail(`there is no field at byte ${cursor.at}`)
    const field = readField(cursor, number, Number(tag & 7n))
    if (field.end > end || cursor.at > end)
      throw fail(`a field at byte ${cursor.at} is longer than what holds it`)
    yield field
  }
}

function readField(cursor: ByteCursor, number: number, wire: number): WireField {
  const none = { number, start: 0, end: 0 }
  if (wire === 0) return { ...none, value: varint(cursor) }
  if (wire === 1) return { ...none, value: cursor.take(8).readBigUInt64LE(0) }
  if (wire === 5) return { ...none, value: BigInt(cursor.u32()) }
  if (wire !== 2) throw fail(`a field at byte ${cursor.at} is of the kind ${wire}`)
  const length = varint(cursor)
  if (length > BigInt(cursor.left)) throw fail('it ends inside itself: it was not written completely')
  const start = cursor.at
  cursor.skip(Number(length))
  return { number, value: 0n, start, end: cursor.at }
}

function varint(cursor: ByteCursor): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = cursor.u8()
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return BigInt.asUintN(64, value)
  }
  throw fail(`a number at byte ${cursor.at} is too long`)
}

const MAX_TEXT = 2 ** 16

/** Reads a field's content as a text; a very long one is cut. */
export function textOf(source: ByteSource, { start, end }: WireField): string {
  return source.read(start, Math.min(end - start, MAX_TEXT)).toString('utf8')
}

/** Reads the numbers of a repeated field, packed or one by one. @throws WireDamage. */
export function numbersOf(source: ByteSource, field: WireField): bigint[] {
  if (field.end === 0) return [field.value]
  const cursor = new ByteCursor(source, field.start, fail)
  const numbers: bigint[] = []
  if (field.end - field.start > MAX_TEXT) throw fail('a list of numbers is too long')
  while (cursor.at < field.end) numbers.push(varint(cursor))
  return numbers
}
