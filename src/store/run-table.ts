import type { LiveTable } from '../columns/merge-tables.ts'
import { COLUMN, columnName } from '../domain/run-cells.ts'
import type { FilterField } from '../domain/filter.ts'
import { filterView, type DatasetView, type FilterView } from '../domain/filter-view.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import { NotedRows } from './noted-rows.ts'
import { RowRecords } from './row-records.ts'
import { RowView, type ValuesBeside } from './row-view.ts'
import type { Store } from './store.ts'
import type { StoredRun, UnreadableRun } from './stored-run.ts'

/** A run in a {@link RunTable}: its number there. */
export type Row = number

/**
 * All runs as rows of columns: those of the notes, then those that are still in a journal. What is asked of many runs
 * is answered from the columns; `load` reads the records of a few.
 */
export class RunTable {
  readonly #noted: NotedRows
  readonly #live: readonly StoredRun[]
  readonly #liveFirst: Row
  #rows: Row[] | undefined
  #present: readonly Row[] | undefined
  // Values that no column has, since they are too long or too many.
  readonly #beside: ValuesBeside = new Map()
  readonly #view: RowView
  readonly #records: RowRecords

  constructor(store: Store, tables: readonly LiveTable[], live: readonly StoredRun[]) {
    this.#noted = new NotedRows(tables)
    this.#liveFirst = this.#noted.length
    this.#view = new RowView(this.#noted.columns, this.#beside)
    this.#records = new RowRecords(store, this.#noted.parts, this.#noted.columns)
    this.#live = live.filter(({ record }) => this.#noted.find(record.run) === undefined)
  }

  /** All runs that can be read, deleted ones too. */
  get rows(): readonly Row[] {
    this.#rows ??= [...this.#noted.list(), ...this.#live.map((_, index) => this.#liveFirst + index)]
    return this.#rows
  }

  /** How many there are. */
  get size(): number {
    return this.#noted.size + this.#live.length
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
    return this.#noted.hasDeleted || this.#live.some(({ record }) => record.deleted === true)
  }

  /**
   * Returns what a field is in all runs, by row: NaN where it is not there, and for what is no run. Undefined where
   * some value is no number, or stands in its note alone.
   */
  numbers(field: FilterField): Float64Array | undefined {
    const { group, key } = field
    if (group === 'dataset') return undefined
    if (group !== 'attribute' && this.#noted.hasWide) return undefined
    const numbers = this.#noted.numbers(fieldName(field), this.#liveFirst + this.#live.length)
    if (numbers === undefined) return undefined
    for (const [index, { record }] of this.#live.entries()) {
      const value = filterView(record)[group](key)
      if (value !== undefined && typeof value !== 'number') return undefined
      numbers[this.#liveFirst + index] = value ?? Number.NaN
    }
    return numbers
  }

  /** The full id of a run. */
  id(row: Row): Oid {
    return row >= this.#liveFirst ? this.#liveRun(row).record.run : this.#noted.id(row)
  }

  /** Tells whether a run stands in the notes, and not in a journal alone. */
  isNoted(row: Row): boolean {
    return row < this.#liveFirst
  }

  isDeleted(row: Row): boolean {
    return row >= this.#liveFirst ? this.#liveRun(row).record.deleted === true : this.#noted.isDeleted(row)
  }

  /** Finds a run by its full id. */
  find(run: Oid): Row | undefined {
    const live = this.#live.findIndex(({ record }) => record.run === run)
    return live >= 0 ? this.#liveFirst + live : this.#noted.find(run)
  }

  /** Finds the runs whose id begins so. @param prefix - four or more hexadecimal digits. */
  findPrefix(prefix: string): Row[] {
    const live = this.#liveRows(({ record }) => record.run.startsWith(prefix))
    return [...this.#noted.findPrefix(prefix), ...live]
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
    return [
      ...this.#noted.findDigits(column, digits),
      ...this.#liveRows(({ record }) => ofLive(record).some((each) => digits.has(each ?? ''))),
    ]
  }

  /** Lists the entries of a byte column of object names, of the runs in the notes that can be read. */
  digits(column: string): Iterable<[row: Row, oid: Oid]> {
    return this.#noted.digits(column)
  }

  /** Finds the runs with this text in a column. */
  findText(column: string, wanted: string, has: (record: RunRecord) => boolean): Row[] {
    return [...this.#noted.findText(column, wanted), ...this.#liveRows(({ record }) => has(record))]
  }

  /** Lists the different texts of a column, of runs that were not deleted. */
  texts(column: string, ofLive: (record: RunRecord) => readonly string[]): Set<string> {
    const present = this.#live.filter(({ record }) => record.deleted !== true)
    const found = new Set(present.flatMap(({ record }) => ofLive(record)))
    this.#noted.addTexts(column, found)
    return found
  }

  /** Reads what `view` needs for these fields and has not in its columns. */
  async prepare(fields: readonly FilterField[]): Promise<void> {
    const names = [...new Set(fields.map(fieldName))]
    const rows = new Set(
      fields.flatMap((field) => this.#noted.findBeside(fieldName(field), field.group !== 'attribute')),
    )
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

  /** Tells whether some run has a field, of those that were prepared; of attributes and datasets, whether one could. */
  has({ group, key }: FilterField): boolean {
    if (group === 'attribute' || group === 'dataset') return true
    const name = columnName(group, key)
    if (this.#noted.hasColumn(name)) return true
    if (this.#live.some(({ record }) => filterView(record)[group](key) !== undefined)) return true
    return [...this.#beside.values()].some((values) => values.get(name) !== undefined)
  }

  /** Lists the names of metrics, params or tags, but those of runs that have more than columns are kept of. */
  names(group: 'metric' | 'param' | 'tag'): string[] {
    const live = this.#live.flatMap(({ record }) => Object.keys(record[`${group}s`] ?? {}))
    return [...new Set([...this.#noted.columnNames(columnName(group, '')), ...live])]
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
    return this.#records.problems(this.#noted.unreadable())
  }

  #liveRun(row: Row): StoredRun {
    return this.#live[row - this.#liveFirst]!
  }

  #liveRows(fits: (run: StoredRun) => boolean): Row[] {
    return this.#live.flatMap((run, index) => (fits(run) ? [this.#liveFirst + index] : []))
  }
}

function fieldName({ group, key }: FilterField): string {
  return group === 'dataset' ? COLUMN.datasets : columnName(group, key)
}
