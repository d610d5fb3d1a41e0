import type { ByteSource } from './byte-source.ts'

/** A FlatBuffer that is not in order. The message says why. */
export class FlatDamage extends Error {
  override readonly name = 'FlatDamage'
}

/** How many tables of one file are opened at most: what bounds time and memory, where tables are named many times. */
const MAX_TABLES = 500_000

/** How many bytes of text of one file are read at most, for the same reason; no text is longer than the second. */
const MAX_TEXTS = 2 ** 26
const MAX_TEXT = 2 ** 16
/** The places of a table's fields; the schemas that are read have less than 50. */
const MAX_PLACES = 256

/** What is left of the above. */
interface FlatBudget {
  tables: number
  texts: number
}

/** A table of a FlatBuffer; fields are asked for by their number (flatbuffers.dev, "Internals"). */
export class FlatTable {
  readonly #source: ByteSource
  readonly #at: number
  readonly #places: Buffer
  readonly #budget: FlatBudget

  private constructor(source: ByteSource, at: number, budget: FlatBudget) {
    budget.tables -= 1
    if (budget.tables < 0) throw new FlatDamage(`it has more than ${MAX_TABLES} tables`)
    this.#budget = budget
    this.#source = source
    this.#at = at
    const start = at - bytesAt(source, at, 4).readInt32LE(0)
    const size = bytesAt(source, start, 2).readUInt16LE(0)
    this.#places = bytesAt(source, start, Math.min(MAX_PLACES, Math.max(4, size)))
  }

  /** Opens the table that a file begins with. @param budget - how much of it is read, if less. @throws FlatDamage. */
  static root(source: ByteSource, budget: Partial<FlatBudget> = {}): FlatTable {
    const whole = { tables: MAX_TABLES, texts: MAX_TEXTS, ...budget }
    return new FlatTable(source, bytesAt(source, 0, 4).readUInt32LE(0), whole)
  }

  /** A number; 0 where it is absent. */
  number(field: number, kind: 'u8' | 'i32' | 'u32' | 'u64'): number {
    const place = this.#place(field)
    if (place === undefined) return 0
    if (kind === 'u8') return bytesAt(this.#source, place, 1)[0]!
    if (kind === 'i32') return bytesAt(this.#source, place, 4).readInt32LE(0)
    if (kind === 'u32') return bytesAt(this.#source, place, 4).readUInt32LE(0)
    const value = bytesAt(this.#source, place, 8).readBigUInt64LE(0)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FlatDamage(`a number of it is ${value}`)
    return Number(value)
  }

  /** A text; undefined where it is absent. A very long one is cut. */
  text(field: number): string | undefined {
    const vector = this.vector(field)
    if (vector === undefined) return undefined
    const length = Math.min(vector.count, MAX_TEXT)
    this.#budget.texts -= length
    if (this.#budget.texts < 0) throw new FlatDamage('it holds too much text')
    return bytesAt(this.#source, vector.start, length).toString('utf8')
  }

  /** Where a vector's elements begin, and how many they are; undefined where it is absent. */
  vector(field: number): { start: number; count: number } | undefined {
    const place = this.#place(field)
    if (place === undefined) return undefined
    const start = place + bytesAt(this.#source, place, 4).readUInt32LE(0)
    return { start: start + 4, count: bytesAt(this.#source, start, 4).readUInt32LE(0) }
  }

  /** Whole numbers of a vector. */
  numbers(field: number): number[] {
    const vector = this.vector(field)
    if (vector === undefined) return []
    if (vector.count > 64) throw new FlatDamage(`a tensor has ${vector.count} dimensions`)
    const bytes = bytesAt(this.#source, vector.start, 4 * vector.count)
    return Array.from({ length: vector.count }, (_, index) => bytes.readInt32LE(4 * index))
  }

  /** The tables of a vector. */
  tables(field: number): FlatTable[] {
    const vector = this.vector(field)
    if (vector === undefined) return []
    if (vector.count > this.#budget.tables) throw new FlatDamage(`a list of it has ${vector.count} members`)
    const bytes = bytesAt(this.#source, vector.start, 4 * vector.count)
    return Array.from({ length: vector.count }, (_, index) => {
      const place = vector.start + 4 * index
      return new FlatTable(this.#source, place + bytes.readUInt32LE(4 * index), this.#budget)
    })
  }

  #place(field: number): number | undefined {
    const at = 4 + 2 * field
    if (at + 2 > this.#places.length) return undefined
    const offset = this.#places.readUInt16LE(at)
    return offset === 0 ? undefined : this.#at + offset
  }
}

function bytesAt(source: ByteSource, at: number, length: number): Buffer {
  const bytes = at < 0 ? Buffer.alloc(0) : source.read(at, length)
  if (bytes.length < length)
    throw new FlatDamage(`there is nothing at byte ${at}: it was not written completely`)
  return bytes
}
