import { kindAt, TEXT } from '../columns/column.ts'
import type { LiveTable } from '../columns/merge-tables.ts'
import {
  digitsAt,
  entriesOf,
  longRows,
  rowsOf,
  rowsWith,
  textRows,
  PlacedColumns,
  type Placed,
} from '../columns/look-up.ts'
import { denseNumbers } from '../columns/dense-numbers.ts'
import { COLUMN } from '../domain/run-cells.ts'
import type { Oid } from '../domain/run.ts'
import { NOTE, oidColumns } from './run-rows.ts'

/** The runs of the notes as rows of columns, one table after the other, and what is found in the columns alone. */
export class NotedRows {
  readonly parts: readonly Placed[]
  readonly columns: PlacedColumns
  /** How many rows there are, dead and unreadable ones too. */
  readonly length: number

  constructor(tables: readonly LiveTable[]) {
    let first = 0
    this.parts = tables.map((part) => {
      const placed = { ...part, first }
      first += part.table.rows
      return placed
    })
    this.length = first
    this.columns = new PlacedColumns(this.parts)
  }

  /** Those that can be read. */
  list(): number[] {
    return this.parts.flatMap(({ table, dead, first }) => {
      const unreadable = new Set(rowsOf(table.column(NOTE.unreadable)))
      const rows: number[] = []
      for (let row = 0; row < table.rows; row++)
        if (!dead.has(row) && !unreadable.has(row)) rows.push(first + row)
      return rows
    })
  }

  /** How many can be read. */
  get size(): number {
    const dead = this.parts.reduce((sum, part) => sum + part.dead.size, 0)
    return this.length - dead - this.unreadable().length
  }

  /** Those whose notes hold no record. */
  unreadable(): number[] {
    return this.parts.flatMap(({ table, dead, first }) =>
      rowsOf(table.column(NOTE.unreadable))
        .filter((row) => !dead.has(row))
        .map((row) => first + row),
    )
  }

  /** The full id of a run. */
  id(row: number): Oid {
    return this.columns.byteColumn(NOTE.run).digits(row)!
  }

  /** Tells whether some table has a column. */
  hasColumn(column: string): boolean {
    return this.parts.some(({ table }) => table.column(column) !== undefined)
  }

  /** Lists the columns whose names begin so, without that beginning. */
  columnNames(prefix: string): string[] {
    const names = this.parts.flatMap(({ table }) => table.names.filter((name) => name.startsWith(prefix)))
    return names.map((name) => name.slice(prefix.length))
  }

  /** Whether some runs may have been deleted. */
  get hasDeleted(): boolean {
    return this.parts.some(({ table }) => table.column(COLUMN.deleted) !== undefined)
  }

  isDeleted(row: number): boolean {
    return this.columns.column(COLUMN.deleted).has(row)
  }

  /** Whether some records have more values than columns are kept of. */
  get hasWide(): boolean {
    return this.parts.some(({ table }) => table.column(COLUMN.wide) !== undefined)
  }

  /** Returns a column of numbers with room for other rows behind it; undefined where some value is no number. */
  numbers(column: string, size: number): Float64Array | undefined {
    const numbers = denseNumbers(this.parts, column, size)
    if (numbers === undefined) return undefined
    for (const { dead, first } of this.parts) for (const row of dead) numbers[first + row] = Number.NaN
    for (const row of this.unreadable()) numbers[row] = Number.NaN
    return numbers
  }

  /** Finds a run by its full id. */
  find(run: Oid): number | undefined {
    const bytes = Buffer.from(run, 'hex')
    for (const part of this.parts) {
      const column = part.table.byteColumn(NOTE.run)
      if (column === undefined || column.width !== bytes.length) continue
      for (const entry of entriesOf(column, bytes))
        if (this.#isReadable(part.first + entry)) return part.first + entry
    }
    return undefined
  }

  /** Finds the runs whose id begins so. */
  findPrefix(prefix: string): number[] {
    const bytes = Buffer.from(prefix.slice(0, prefix.length & ~1), 'hex')
    const found = this.parts.flatMap(({ table, first }) => {
      const column = table.byteColumn(NOTE.run)
      const entries = column === undefined ? [] : [...entriesOf(column, bytes)]
      return entries.map((entry) => first + entry)
    })
    return found.filter((row) => this.#isReadable(row) && this.id(row).startsWith(prefix))
  }

  /** Finds the runs of which a byte column has one of these object names or digests. */
  findDigits(column: string, wanted: ReadonlySet<string>): number[] {
    const found = this.parts.flatMap(({ table, first }) =>
      oidColumns(column).flatMap((name) => {
        const entries = table.byteColumn(name)
        return entries === undefined ? [] : rowsWith(entries, wanted).map((row) => first + row)
      }),
    )
    return [...new Set(found)].filter((row) => this.#isReadable(row))
  }

  /** Lists the entries of a byte column of object names. */
  *digits(column: string): Generator<[row: number, oid: Oid]> {
    for (const { table, first } of this.parts) {
      for (const name of oidColumns(column)) {
        const entries = table.byteColumn(name)
        for (const [entry, local] of rowsOf(entries).entries()) {
          if (this.#isReadable(first + local)) yield [first + local, digitsAt(entries!, entry)]
        }
      }
    }
  }

  /** Finds the runs with this text in a column. */
  findText(column: string, wanted: string): number[] {
    const found = this.parts.flatMap(({ table, first }) => {
      const texts = table.column(column)
      return texts === undefined ? [] : textRows(texts, wanted).map((row) => first + row)
    })
    return found.filter((row) => this.#isReadable(row))
  }

  /** Adds the different texts of a column, of runs that were not deleted. */
  addTexts(column: string, found: Set<string>): void {
    for (const { table, first } of this.parts) {
      const entries = table.column(column)
      if (entries === undefined) continue
      const { length, rows, values } = entries
      const all = entries.texts()
      const missing = Uint8Array.from(all, (text) => (found.has(text) ? 0 : 1))
      for (let entry = 0; entry < length; entry++) {
        const position = values[entry]!
        if (missing[position] !== 1 || kindAt(entries, entry) !== TEXT) continue
        const row = first + (rows?.[entry] ?? entry)
        if (!this.#isReadable(row) || this.isDeleted(row)) continue
        missing[position] = 0
        found.add(all[position]!)
      }
    }
  }

  /** Finds the runs of which a column lacks the value, and the note has it. @param isField - of a metric, parameter or tag. */
  findBeside(column: string, isField: boolean): number[] {
    return this.parts.flatMap(({ table, first, dead }) => {
      const found = table.column(column)
      const long = found === undefined ? [] : longRows(found)
      const wide = isField ? rowsOf(table.column(COLUMN.wide)) : []
      return [...long, ...wide].filter((row) => !dead.has(row)).map((row) => first + row)
    })
  }

  #isReadable(row: number): boolean {
    const part = this.#partOf(row)
    return !part.dead.has(row - part.first) && !this.columns.column(NOTE.unreadable).has(row)
  }

  #partOf(row: number): Placed {
    let at = this.parts.length - 1
    while (this.parts[at]!.first > row) at -= 1
    return this.parts[at]!
  }
}
