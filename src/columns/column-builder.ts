import { FALSE, LONG, NUMBER, TEXT, TRUE, type ByteColumn, type Column, type Values } from './column.ts'

/** A value on its way into a column; `LONG` for one that is too long to be kept. */
export type Cell = string | number | boolean | typeof TOO_LONG

/** Stands for a value that is too long to be kept. */
export const TOO_LONG = Symbol('too long')

/** Collects the entries of a column, row by row. */
export class ColumnBuilder {
  readonly #rows: number[] = []
  readonly #kinds: number[] = []
  readonly #values: number[] = []
  readonly #texts = new Map<string, number>()

  add(row: number, cell: Cell): void {
    this.#rows.push(row)
    this.#kinds.push(kindOf(cell))
    this.#values.push(this.#valueOf(cell))
  }

  /** @param size - how many rows the table has. */
  build(size: number): Column {
    const texts = [...this.#texts.keys()]
    return {
      rows: packRows(this.#rows, size),
      length: this.#rows.length,
      kinds: packKinds(Uint8Array.from(this.#kinds)),
      values: packValues(Float64Array.from(this.#values)),
      texts: () => texts,
    }
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
  readonly #digits: string[] = []

  constructor(width: number) {
    this.#width = width
  }

  add(row: number, digits: string): void {
    this.#rows.push(row)
    this.#digits.push(digits)
  }

  build(size: number): ByteColumn {
    return {
      rows: packRows(this.#rows, size),
      length: this.#rows.length,
      width: this.#width,
      bytes: Buffer.from(this.#digits.join(''), 'hex'),
    }
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
