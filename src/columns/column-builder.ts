import {
  byteColumnOf,
  FALSE,
  LONG,
  NUMBER,
  TEXT,
  TRUE,
  type ByteColumn,
  type Column,
  type Values,
} from './column.ts'

/** A value on its way into a column; `LONG` for one that is too long to be kept. */
export type Cell = string | number | boolean | typeof TOO_LONG

/** Stands for a value that is too long to be kept. */
export const TOO_LONG = Symbol('too long')

/** How many entries there is room for at first. */
const FIRST = 64

/** Collects the entries of a column, row by row. */
export class ColumnBuilder {
  #length = 0
  #rows = new Uint32Array(FIRST)
  #kinds = new Uint8Array(FIRST)
  #values = new Float64Array(FIRST)
  readonly #texts = new Map<string, number>()

  add(row: number, cell: Cell): void {
    const at = this.#length
    if (at === this.#rows.length) this.#grow()
    this.#rows[at] = row
    this.#kinds[at] = kindOf(cell)
    this.#values[at] = this.#valueOf(cell)
    this.#length += 1
  }

  /** @param size - how many rows the table has. */
  build(size: number): Column {
    const texts = [...this.#texts.keys()]
    return {
      rows: packRows(this.#rows.subarray(0, this.#length), size),
      length: this.#length,
      kinds: packKinds(this.#kinds.slice(0, this.#length)),
      values: packValues(this.#values.slice(0, this.#length)),
      texts: () => texts,
      positionOf: (text) => texts.indexOf(text),
    }
  }

  #grow(): void {
    const [rows, kinds, values] = [this.#rows, this.#kinds, this.#values]
    const size = 2 * this.#length
    this.#rows = new Uint32Array(size)
    this.#kinds = new Uint8Array(size)
    this.#values = new Float64Array(size)
    this.#rows.set(rows)
    this.#kinds.set(kinds)
    this.#values.set(values)
  }

  #valueOf(cell: Cell): number {
    if (typeof cell === 'number') return cell
    if (typeof cell !== 'string') return 0
    const known = this.#texts.get(cell)
    if (known !== undefined) return known
    this.#texts.set(cell, this.#texts.size)
    return this.#texts.size - 1
  }
}

/** Collects the entries of a byte column. */
export class ByteColumnBuilder {
  readonly #width: number
  readonly #rows: number[] = []
  // A text that is cut out of a note keeps the whole note in memory, bytes do not.
  #bytes: Buffer

  constructor(width: number) {
    this.#width = width
    this.#bytes = Buffer.alloc(FIRST * width)
  }

  add(row: number, digits: string): void {
    const at = this.#rows.length * this.#width
    if (at === this.#bytes.length) {
      const larger = Buffer.alloc(2 * at)
      this.#bytes.copy(larger)
      this.#bytes = larger
    }
    this.#bytes.write(digits, at, 'hex')
    this.#rows.push(row)
  }

  build(size: number): ByteColumn {
    const bytes = this.#bytes.subarray(0, this.#rows.length * this.#width)
    return byteColumnOf(bytes, this.#width, packRows(this.#rows, size))
  }
}

/** Returns the rows of entries, or nothing where each row has exactly its own. */
export function packRows(rows: readonly number[] | Uint32Array, size: number): Uint32Array | undefined {
  const isFull = rows.length === size && rows.every((row, entry) => row === entry)
  return isFull ? undefined : Uint32Array.from(rows)
}

/** Returns one kind where all entries have it. */
export function packKinds(kinds: Uint8Array): Uint8Array | number {
  const [first = NUMBER] = kinds
  return kinds.every((kind) => kind === first) ? first : kinds
}

/** Returns numbers in the narrowest type that holds each of them exactly. */
export function packValues(values: Float64Array): Values {
  let most = 0
  for (const value of values) {
    const isWhole = value >>> 0 === value && !Object.is(value, -0)
    if (!isWhole) return values
    if (value > most) most = value
  }
  if (most < 2 ** 8) return Uint8Array.from(values)
  return most < 2 ** 16 ? Uint16Array.from(values) : Uint32Array.from(values)
}

function kindOf(cell: Cell): number {
  if (typeof cell === 'number') return NUMBER
  if (typeof cell === 'string') return TEXT
  if (typeof cell === 'boolean') return cell ? TRUE : FALSE
  return LONG
}
