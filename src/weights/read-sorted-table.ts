import { ByteCursor } from './byte-cursor.ts'
import { bytesSource, type ByteSource } from './byte-source.ts'

/** A sorted table that is not in order, or packed. The message says why. */
export class TableDamage extends Error {
  override readonly name = 'TableDamage'
}

const fail = (why: string): Error => new TableDamage(why)
const FOOTER = 48
const MAGIC = Buffer.from('57fb808b247547db', 'hex')
const MAX_BLOCK = 2 ** 24
const MAX_ENTRIES = 1_000_000
const MAX_KEY = 2 ** 16
/** The most bytes that the keys of one file have, where each is written out. */
const MAX_KEYS = 2 ** 26

/** Tells whether a source ends as a sorted table does. */
export function isSortedTable(source: ByteSource): boolean {
  return source.size >= FOOTER && source.read(source.size - 8, 8).equals(MAGIC)
}

/**
 * Reads the entries of a sorted table, as TensorFlow keeps the index of its variables (LevelDB,
 * `doc/table_format.md`).
 *
 * @param most - how many bytes its keys may have together.
 * @throws TableDamage, also for blocks that are packed, which TensorFlow does not write.
 */
export function readSortedTable(source: ByteSource, most = MAX_KEYS): Map<string, Buffer> {
  const budget: Budget = { keys: most, blocks: source.size }
  const footer = new ByteCursor(source, source.size - FOOTER, fail)
  readHandle(footer)
  const entries = new Map<string, Buffer>()
  for (const handle of readBlock(source, readHandle(footer), budget).values()) {
    const block = readHandle(new ByteCursor(bytesSource(handle), 0, fail))
    for (const [key, value] of readBlock(source, block, budget)) {
      if (entries.has(key)) throw fail(`it says ${JSON.stringify(key.slice(0, 200))} twice`)
      if (entries.size >= MAX_ENTRIES) throw fail(`it has more than ${MAX_ENTRIES} entries`)
      entries.set(key, value)
    }
  }
  return entries
}

// How many bytes may still be read: a key says how much of the one before it begins with, and a block can be named twice.
interface Budget {
  keys: number
  blocks: number
}

interface Handle {
  offset: number
  size: number
}

function readHandle(cursor: ByteCursor): Handle {
  return { offset: varint(cursor), size: varint(cursor) }
}

// Entries that share their beginning with the one before; then where to begin anew, a kind of packing and a checksum.
function readBlock(source: ByteSource, { offset, size }: Handle, budget: Budget): Map<string, Buffer> {
  if (size > MAX_BLOCK || size < 4) throw fail(`a block of it has ${size} bytes`)
  budget.blocks -= size
  if (budget.blocks < 0) throw fail('its blocks are more than it has bytes')
  const bytes = source.read(offset, size + 1)
  if (bytes.length < size + 1) throw fail('it ends inside itself')
  if (bytes[size] !== 0) throw fail('a block of it is packed')
  const restarts = 4 * (1 + bytes.readUInt32LE(size - 4))
  const content = bytesSource(bytes.subarray(0, Math.max(0, size - restarts)))
  const cursor = new ByteCursor(content, 0, fail)
  const entries = new Map<string, Buffer>()
  let key = Buffer.alloc(0)
  while (cursor.left > 0) {
    const [shared, rest, length] = [varint(cursor), varint(cursor), varint(cursor)]
    if (shared > key.length) throw fail('a name of it begins with more than there is')
    if (shared + rest > MAX_KEY) throw fail(`a name of it has ${shared + rest} bytes`)
    budget.keys -= shared + rest
    if (budget.keys < 0) throw fail('its names are too long together')
    key = Buffer.concat([key.subarray(0, shared), cursor.take(rest)])
    entries.set(key.toString('utf8'), Buffer.from(cursor.take(length)))
  }
  return entries
}

function varint(cursor: ByteCursor): number {
  let value = 0
  for (let scale = 1; scale < 2 ** 49; scale *= 128) {
    const byte = cursor.u8()
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
  }
  throw fail('a number of it is too long')
}
