import { HEAD, kindAt, LONG, NUMBER, TEXT, TRUE, type ByteColumn, type Column } from './column.ts'
import type { LiveTable } from './merge-tables.ts'

/** A table among others, and which number its first row has among theirs. */
export interface Placed extends LiveTable {
  readonly first: number
}

/** The columns of several tables, with the entry of each row at hand. */
export class PlacedColumns {
  readonly #parts: readonly Placed[]
  readonly #columns = new Map<string, PlacedColumn>()
  readonly #byteColumns = new Map<string, PlacedBytes>()

  constructor(parts: readonly Placed[]) {
    this.#parts = parts
  }

  column(name: string): PlacedColumn {
    let placed = this.#columns.get(name)
    if (placed === undefined) this.#columns.set(name, (placed = new PlacedColumn(this.#parts, name)))
    return placed
  }

  byteColumn(name: string): PlacedBytes {
    let placed = this.#byteColumns.get(name)
    if (placed === undefined) this.#byteColumns.set(name, (placed = new PlacedBytes(this.#parts, name)))
    return placed
  }
}

/** Returns an entry in hexadecimal. */
export function digitsAt(column: ByteColumn, entry: number): string {
  return column.at(entry).toString('hex')
}

interface PlacedPart<T> {
  readonly first: number
  readonly end: number
  readonly column: T | undefined
  readonly entryOf: Int32Array | undefined
}

// Rows are mostly asked for one after the other.
class Placement<T extends Column | ByteColumn> {
  readonly #parts: readonly PlacedPart<T>[]
  #last = 0
  /** The column that has the entry which `seek` found. */
  column: T | undefined

  constructor(parts: readonly Placed[], columnOf: (part: Placed) => T | undefined) {
    this.#parts = parts.map((part) => {
      const { table, first } = part
      const column = columnOf(part)
      const entryOf = column?.rows === undefined ? undefined : placesOf(column.rows, table.rows)
      return { first, end: first + table.rows, column, entryOf }
    })
  }

  /** Returns the entry of a row, the last one where it has several; -1 where it has none. */
  seek(row: number): number {
    let part = this.#parts[this.#last]
    if (part === undefined || row < part.first || row >= part.end) {
      this.#last = Math.max(
        0,
        this.#parts.findIndex((each) => row < each.end),
      )
      part = this.#parts[this.#last]
    }
    this.column = part?.column
    if (part?.column === undefined) return -1
    const local = row - part.first
    return part.entryOf === undefined ? local : part.entryOf[local]!
  }
}

/** A column of several tables. */
export class PlacedColumn {
  readonly #placement: Placement<Column>

  constructor(parts: readonly Placed[], name: string) {
    this.#placement = new Placement(parts, ({ table }) => table.column(name))
  }

  has(row: number): boolean {
    return this.#placement.seek(row) >= 0
  }

  /** Returns the value of a row; undefined where there is none or it is not kept. */
  value(row: number): number | string | boolean | undefined {
    const entry = this.#placement.seek(row)
    if (entry < 0) return undefined
    const column = this.#placement.column!
    const kind = kindAt(column, entry)
    if (kind === NUMBER) return column.values[entry]
    if (kind === TEXT) return column.texts()[column.values[entry]!]
    return kind === LONG ? undefined : kind === TRUE
  }
}

/** A byte column of several tables. */
export class PlacedBytes {
  readonly #placement: Placement<ByteColumn>

  constructor(parts: readonly Placed[], name: string) {
    this.#placement = new Placement(parts, ({ table }) => table.byteColumn(name))
  }

  /** Returns the bytes of a row in hexadecimal. */
  digits(row: number): string | undefined {
    const entry = this.#placement.seek(row)
    return entry < 0 ? undefined : digitsAt(this.#placement.column!, entry)
  }
}

function placesOf(rows: Uint32Array, size: number): Int32Array {
  const places = new Int32Array(size).fill(-1)
  for (let entry = 0; entry < rows.length; entry++) places[rows[entry]!] = entry
  return places
}

/** Finds the entries that begin with these bytes. */
export function* entriesOf(column: ByteColumn, wanted: Buffer): Generator<number> {
  const [heads, head] = [column.heads(), wanted.subarray(0, HEAD)]
  for (let at = heads.indexOf(head); at >= 0; at = heads.indexOf(head, at + 1)) {
    const entry = at / HEAD
    if (at % HEAD === 0 && column.at(entry).subarray(0, wanted.length).equals(wanted)) yield entry
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
  const position = column.positionOf(wanted)
  if (position < 0) return []
  return rowsOf(column).filter(
    (_, entry) => column.values[entry] === position && kindAt(column, entry) === TEXT,
  )
}

/** Returns the rows that have one of these digests, in hexadecimal. */
export function rowsWith(column: ByteColumn, digests: ReadonlySet<string>): number[] {
  const { width, rows } = column
  const wanted = [...digests].filter((digits) => digits.length === 2 * width)
  const entries =
    wanted.length <= FEW
      ? wanted.flatMap((digits) => [...entriesOf(column, Buffer.from(digits, 'hex'))])
      : entriesAmong(column, new Set(wanted))
  return entries.map((entry) => rows?.[entry] ?? entry)
}

/** So many are looked for one after the other. */
const FEW = 4

function entriesAmong(column: ByteColumn, wanted: ReadonlySet<string>): number[] {
  const heads = column.heads()
  const wantedHeads = new Set([...wanted].map((digits) => Number.parseInt(digits.slice(0, 2 * HEAD), 16)))
  const found: number[] = []
  for (let entry = 0; entry < column.length; entry++) {
    if (wantedHeads.has(heads.readUInt32BE(entry * HEAD)) && wanted.has(digitsAt(column, entry)))
      found.push(entry)
  }
  return found
}
