import { kindAt, LONG, TEXT, type ByteColumn, type Column } from './column.ts'
import type { LiveTable } from './merge-tables.ts'

/** A table among others, and which number its first row has among theirs. */
export interface Placed extends LiveTable {
  readonly first: number
}

/** The columns of several tables, with the entry of each row at hand. */
export class PlacedColumns {
  readonly #parts: readonly Placed[]
  readonly #columns = new Map<string, PlacedColumn<Column>>()
  readonly #byteColumns = new Map<string, PlacedColumn<ByteColumn>>()

  constructor(parts: readonly Placed[]) {
    this.#parts = parts
  }

  /** Returns the entry of a row; the last one, where it has several. */
  entry(name: string, row: number): { column: Column; entry: number } | undefined {
    let placed = this.#columns.get(name)
    if (placed === undefined) {
      placed = new PlacedColumn(this.#parts, (part) => part.table.column(name))
      this.#columns.set(name, placed)
    }
    return placed.entry(row)
  }

  /** Returns the bytes of a row in hexadecimal. */
  digits(name: string, row: number): string | undefined {
    let placed = this.#byteColumns.get(name)
    if (placed === undefined) {
      placed = new PlacedColumn(this.#parts, (part) => part.table.byteColumn(name))
      this.#byteColumns.set(name, placed)
    }
    const found = placed.entry(row)
    return found && digitsAt(found.column, found.entry)
  }
}

/** Returns an entry in hexadecimal. */
export function digitsAt({ bytes, width }: ByteColumn, entry: number): string {
  return bytes.toString('hex', entry * width, (entry + 1) * width)
}

class PlacedColumn<T extends Column | ByteColumn> {
  readonly #parts: { first: number; end: number; column: T | undefined; entryOf: Int32Array | undefined }[]
  #last = 0

  constructor(parts: readonly Placed[], columnOf: (part: Placed) => T | undefined) {
    this.#parts = parts.map((part) => {
      const { table, first } = part
      const column = columnOf(part)
      const entryOf = column?.rows === undefined ? undefined : placesOf(column.rows, table.rows)
      return { first, end: first + table.rows, column, entryOf }
    })
  }

  // Rows are mostly asked for one after the other.
  entry(row: number): { column: T; entry: number } | undefined {
    let part = this.#parts[this.#last]
    if (part === undefined || row < part.first || row >= part.end) {
      this.#last = Math.max(
        0,
        this.#parts.findIndex((each) => row < each.end),
      )
      part = this.#parts[this.#last]
    }
    if (part?.column === undefined) return undefined
    const local = row - part.first
    const entry = part.entryOf === undefined ? local : part.entryOf[local]!
    return entry < 0 ? undefined : { column: part.column, entry }
  }
}

function placesOf(rows: Uint32Array, size: number): Int32Array {
  const places = new Int32Array(size).fill(-1)
  for (let entry = 0; entry < rows.length; entry++) places[rows[entry]!] = entry
  return places
}

/** Finds the entries that begin with these bytes. */
export function* entriesOf({ bytes, width }: ByteColumn, wanted: Buffer): Generator<number> {
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
    if (at % width === 0) yield at / width
  }
}

/** Returns the row of each entry. */
export function rowsOf(column: Column | ByteColumn | undefined): number[] {
  if (column === undefined) return []
  return column.rows === undefined ? Array.from({ length: column.length }, (_, row) => row) : [...column.rows]
}

/** Returns the rows whose value is too long to be kept. */
export function longRows(column: Column): number[] {
  if (typeof column.kinds === 'number' && column.kinds !== LONG) return []
  return rowsOf(column).filter((_, entry) => kindAt(column, entry) === LONG)
}

/** Returns the rows that have this text. */
export function textRows(column: Column, wanted: string): number[] {
  const position = column.texts().indexOf(wanted)
  if (position < 0) return []
  return rowsOf(column).filter(
    (_, entry) => column.values[entry] === position && kindAt(column, entry) === TEXT,
  )
}

/** Returns the rows that have one of these digests, in hexadecimal. */
export function rowsWith(column: ByteColumn, digests: ReadonlySet<string>): number[] {
  const { bytes, width, rows } = column
  const wanted = [...digests].filter((digits) => digits.length === 2 * width)
  const entries =
    wanted.length <= FEW
      ? wanted.flatMap((digits) => [...entriesOf(column, Buffer.from(digits, 'hex'))])
      : entriesAmong(bytes, width, new Set(wanted))
  return entries.map((entry) => rows?.[entry] ?? entry)
}

/** So many are looked for one after the other. */
const FEW = 4

function entriesAmong(bytes: Buffer, width: number, wanted: ReadonlySet<string>): number[] {
  const heads = new Set([...wanted].map((digits) => Number.parseInt(digits.slice(0, 8), 16)))
  const found: number[] = []
  for (let entry = 0, at = 0; at < bytes.length; entry++, at += width) {
    if (heads.has(bytes.readUInt32BE(at)) && wanted.has(bytes.toString('hex', at, at + width)))
      found.push(entry)
  }
  return found
}
