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
import { COLUMN, columnName } from '../domain/run-cells.ts'
import type { FilterField } from '../domain/filter.ts'
import { filterView, type DatasetView, type FilterView } from '../domain/filter-view.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import type { StoredRun, UnreadableRun } from './stored-run.ts'
import type { Store } from './store.ts'
import { RowRecords } from './row-records.ts'
import { RowView, type ValuesBeside } from './row-view.ts'
import { NOTE, oidColumns } from './run-rows.ts'

/** A run in a {@link RunTable}: its number there. */
export type Row = number

/**
 * All runs as rows of columns: those of the notes, then those that are still in a journal. What is asked of many runs
 * is answered from the columns; `load` reads the records of a few.
 */
export class RunTable {
  readonly #parts: readonly Placed[]
  readonly #live: readonly StoredRun[]
  readonly #liveFirst: Row
  #rows: Row[] | undefined
  #present: readonly Row[] | undefined
  readonly #columns: PlacedColumns
  // Values that no column has, since they are too long or too many.
  readonly #beside: ValuesBeside = new Map()
  readonly #view: RowView
  readonly #records: RowRecords

  constructor(store: Store, tables: readonly LiveTable[], live: readonly StoredRun[]) {
    let first = 0
    this.#parts = tables.map((part) => {
      const placed = { ...part, first }
      first += part.table.rows
      return placed
    })
    this.#liveFirst = first
    this.#columns = new PlacedColumns(this.#parts)
    this.#view = new RowView(this.#columns, this.#beside)
    this.#records = new RowRecords(store, this.#parts, this.#columns)
    this.#live = live.filter(({ record }) => this.#findNoted(record.run) === undefined)
  }

  /** All runs that can be read, deleted ones too. */
  get rows(): readonly Row[] {
    this.#rows ??= [
      ...this.#parts.flatMap((part) => this.#listRows(part)),
      ...this.#live.map((_, index) => this.#liveFirst + index),
    ]
    return this.#rows
  }

  /** How many there are. */
  get size(): number {
    const dead = this.#parts.reduce((sum, part) => sum + part.dead.size, 0)
    return this.#liveFirst - dead - this.#unreadable.length + this.#live.length
  }

  /** Those that were not deleted. */
  get present(): readonly Row[] {
    this.#present ??= this.hasDeleted ? this.rows.filter((row) => !this.isDeleted(row)) : this.rows
    return this.#present
  }

  /** How many there are that were not deleted. */
  get presentSize(): number {
    return this.hasDeleted ? this.present.length : this.size
  }

  /** Whether some runs may have been deleted. */
  get hasDeleted(): boolean {
    return (
      this.#parts.some(({ table }) => table.column(COLUMN.deleted) !== undefined) ||
      this.#live.some(({ record }) => record.deleted === true)
    )
  }

  /**
   * Returns what a field is in all runs, by row: NaN where it is not there, and for what is no run. Undefined where
   * some value is no number, or stands in its note alone.
   */
  numbers(field: FilterField): Float64Array | undefined {
    const { group, key } = field
    if (group === 'dataset') return undefined
    if (group !== 'attribute' && this.#parts.some(({ table }) => table.column(COLUMN.wide) !== undefined))
      return undefined
    const size = this.#liveFirst + this.#live.length
    const numbers = denseNumbers(this.#parts, fieldName(field), size)
    if (numbers === undefined) return undefined
    for (const { dead, first } of this.#parts) for (const row of dead) numbers[first + row] = Number.NaN
    for (const row of this.#unreadable) numbers[row] = Number.NaN
    for (const [index, { record }] of this.#live.entries()) {
      const value = filterView(record)[group](key)
      if (value !== undefined && typeof value !== 'number') return undefined
      numbers[this.#liveFirst + index] = value ?? Number.NaN
    }
    return numbers
  }

  /** The full id of a run. */
  id(row: Row): Oid {
    if (row >= this.#liveFirst) return this.#liveRun(row).record.run
    return this.#columns.byteColumn(NOTE.run).digits(row)!
  }

  /** Tells whether a run stands in the notes, and not in a journal alone. */
  isNoted(row: Row): boolean {
    return row < this.#liveFirst
  }

  isDeleted(row: Row): boolean {
    if (row >= this.#liveFirst) return this.#liveRun(row).record.deleted === true
    return this.#columns.column(COLUMN.deleted).has(row)
  }

  /** Finds a run by its full id. */
  find(run: Oid): Row | undefined {
    const live = this.#live.findIndex(({ record }) => record.run === run)
    return live >= 0 ? this.#liveFirst + live : this.#findNoted(run)
  }

  /** Finds the runs whose id begins so. @param prefix - four or more hexadecimal digits. */
  findPrefix(prefix: string): Row[] {
    const bytes = Buffer.from(prefix.slice(0, prefix.length & ~1), 'hex')
    const noted = this.#parts.flatMap((part) => {
      const column = part.table.byteColumn(NOTE.run)
      const entries = column === undefined ? [] : [...entriesOf(column, bytes)]
      return entries.map((entry) => part.first + entry)
    })
    const readable = noted.filter((row) => this.#isReadable(row) && this.id(row).startsWith(prefix))
    return [...readable, ...this.#liveRows(({ record }) => record.run.startsWith(prefix))]
  }

  /**
   * Finds the runs of which a byte column has one of these object names or digests.
   *
   * @param ofLive - what a run that is still in a journal would have in that column.
   */
  findDigits(
    column: string,
    wanted: readonly string[],
    ofLive: (record: RunRecord) => readonly (string | undefined)[],
  ): Row[] {
    const digits = new Set(wanted)
    const found = this.#parts.flatMap(({ table, first }) =>
      oidColumns(column).flatMap((name) => {
        const entries = table.byteColumn(name)
        return entries === undefined ? [] : rowsWith(entries, digits).map((row) => first + row)
      }),
    )
    const noted = [...new Set(found)].filter((row) => this.#isReadable(row))
    return [
      ...noted,
      ...this.#liveRows(({ record }) => ofLive(record).some((each) => digits.has(each ?? ''))),
    ]
  }

  /** Lists the entries of a byte column of object names, of the runs in the notes that can be read. */
  *digits(column: string): Generator<[row: Row, oid: Oid]> {
    for (const { table, first } of this.#parts) {
      for (const name of oidColumns(column)) {
        const entries = table.byteColumn(name)
        for (const [entry, local] of rowsOf(entries).entries()) {
          if (this.#isReadable(first + local)) yield [first + local, digitsAt(entries!, entry)]
        }
      }
    }
  }

  /** Finds the runs with this text in a column. */
  findText(column: string, wanted: string, has: (record: RunRecord) => boolean): Row[] {
    const noted = this.#parts.flatMap((part) => {
      const found = part.table.column(column)
      return found === undefined ? [] : textRows(found, wanted).map((row) => part.first + row)
    })
    return [...noted.filter((row) => this.#isReadable(row)), ...this.#liveRows(({ record }) => has(record))]
  }

  /** Lists the different texts of a column, of runs that were not deleted. */
  texts(column: string, ofLive: (record: RunRecord) => readonly string[]): Set<string> {
    const present = this.#live.filter(({ record }) => record.deleted !== true)
    const found = new Set(present.flatMap(({ record }) => ofLive(record)))
    for (const { table, first } of this.#parts) {
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
    return found
  }

  /** Reads what `view` needs for these fields and has not in its columns. */
  async prepare(fields: readonly FilterField[]): Promise<void> {
    const names = [...new Set(fields.map(fieldName))]
    const rows = new Set(names.flatMap((name) => this.#rowsBeside(name)))
    const missing = [...rows].filter((row) => names.some((name) => this.#beside.get(row)?.has(name) !== true))
    await this.#records.decode(missing, (row, run) => {
      const view = filterView(run.record)
      const values = this.#beside.get(row) ?? new Map<string, Scalar | readonly DatasetView[] | undefined>()
      for (const field of fields) {
        const { group, key } = field
        values.set(fieldName(field), group === 'dataset' ? view.datasets : view[group](key))
      }
      this.#beside.set(row, values)
    })
  }

  /**
   * Returns what filters and sort keys see of a run, of those fields that were prepared. It is the view of that run
   * until the next one is asked for.
   */
  view(row: Row): FilterView {
    return row >= this.#liveFirst ? filterView(this.#liveRun(row).record) : this.#view.at(row)
  }

  /** Reads the records of runs. */
  async load(rows: readonly Row[]): Promise<StoredRun[]> {
    const found = new Map<Row, StoredRun>()
    const noted = rows.filter((row) => row < this.#liveFirst)
    await this.#records.decode(noted, (row, run) => found.set(row, run))
    for (const row of rows) if (row >= this.#liveFirst) found.set(row, this.#liveRun(row))
    return rows.flatMap((row) => found.get(row) ?? [])
  }

  /** Lists the notes that hold no record. */
  unreadable(): Promise<UnreadableRun[]> {
    return this.#records.problems(this.#unreadable)
  }

  #listRows({ table, dead, first }: Placed): Row[] {
    const unreadable = new Set(rowsOf(table.column(NOTE.unreadable)))
    const rows: Row[] = []
    for (let row = 0; row < table.rows; row++)
      if (!dead.has(row) && !unreadable.has(row)) rows.push(first + row)
    return rows
  }

  get #unreadable(): Row[] {
    return this.#parts.flatMap(({ table, dead, first }) =>
      rowsOf(table.column(NOTE.unreadable))
        .filter((row) => !dead.has(row))
        .map((row) => first + row),
    )
  }

  #isReadable(row: Row): boolean {
    const part = this.#partOf(row)
    return !part.dead.has(row - part.first) && !this.#columns.column(NOTE.unreadable).has(row)
  }

  #findNoted(run: Oid): Row | undefined {
    const bytes = Buffer.from(run, 'hex')
    for (const part of this.#parts) {
      const column = part.table.byteColumn(NOTE.run)
      if (column === undefined || column.width !== bytes.length) continue
      for (const entry of entriesOf(column, bytes)) {
        if (this.#isReadable(part.first + entry)) return part.first + entry
      }
    }
    return undefined
  }

  #liveRun(row: Row): StoredRun {
    return this.#live[row - this.#liveFirst]!
  }

  #liveRows(fits: (run: StoredRun) => boolean): Row[] {
    return this.#live.flatMap((run, index) => (fits(run) ? [this.#liveFirst + index] : []))
  }

  #partOf(row: Row): Placed {
    let at = this.#parts.length - 1
    while (this.#parts[at]!.first > row) at -= 1
    return this.#parts[at]!
  }

  // Rows of which a column lacks the value, and the note has it.
  #rowsBeside(name: string): Row[] {
    const isField = !name.startsWith('attribute:')
    return this.#parts.flatMap(({ table, first, dead }) => {
      const column = table.column(name)
      const long = column === undefined ? [] : longRows(column)
      const wide = isField ? rowsOf(table.column(COLUMN.wide)) : []
      return [...long, ...wide].filter((row) => !dead.has(row)).map((row) => first + row)
    })
  }
}

function fieldName({ group, key }: FilterField): string {
  return group === 'dataset' ? COLUMN.datasets : columnName(group, key)
}
