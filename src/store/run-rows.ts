import { TableBuilder } from '../columns/table-builder.ts'
import { TOO_LONG } from '../columns/column-builder.ts'
import type { Segment } from '../columns/column.ts'
import { byteColumnName, columnName, hasManyFields, LONGEST_TEXT, writeCells } from '../domain/run-cells.ts'
import type { StoredRun, UnreadableRun } from './stored-run.ts'
import type { NoteSource } from './note-sources.ts'

/** Columns that say where a run's note stands and how it is read. */
export const NOTE = {
  run: 'note:run',
  /** The first blob. */
  blob: 'note:blob',
  /** Further blobs, one entry each. */
  more: 'note:more',
  /** Set where the note is more than one plain record. */
  whole: 'note:whole',
  /** What is wrong with a note that holds no record; as JSON. */
  unreadable: 'note:unreadable',
} as const

/** Beyond so many columns a run that would bring new ones keeps its fields in its note alone. */
const MOST_COLUMNS = 10_000
const LONGEST_PROBLEMS = 8 * LONGEST_TEXT

/** Makes rows of runs. */
export class RunRows {
  readonly #table = new TableBuilder()

  get rows(): number {
    return this.#table.rows
  }

  add({ run, blobs }: NoteSource, decoded: StoredRun | UnreadableRun): void {
    const [first, ...more] = blobs
    if (first === undefined) return
    const table = this.#table
    table.begin()
    table.addBytes(NOTE.run, run)
    table.addBytes(NOTE.blob, first)
    for (const blob of more) table.addBytes(NOTE.more, blob)
    if ('record' in decoded) this.#addRecord(decoded, more.length > 0)
    else {
      const problems = JSON.stringify(decoded.problems)
      table.add(NOTE.unreadable, problems.length > LONGEST_PROBLEMS ? TOO_LONG : problems)
    }
  }

  build(): Segment {
    return this.#table.build()
  }

  #addRecord({ record, isPlain }: StoredRun, isSplit: boolean): void {
    const table = this.#table
    if (isPlain !== true || isSplit) table.add(NOTE.whole, true)
    const sink = {
      cell: (column: string, value: string | number | boolean | undefined) =>
        table.add(column, value ?? TOO_LONG),
      digits: (column: string, value: string) => table.addBytes(column, value),
    }
    writeCells(record, sink, hasManyFields(record) || this.#isTooWide(record))
  }

  #isTooWide({ metrics = {}, params = {}, tags = {} }: StoredRun['record']): boolean {
    const table = this.#table
    if (table.width < MOST_COLUMNS) return false
    return (
      Object.keys(metrics).some((key) => !table.has(columnName('metric', key))) ||
      Object.keys(params).some((key) => !table.has(columnName('param', key))) ||
      Object.keys(tags).some((key) => !table.has(columnName('tag', key)))
    )
  }
}

/** Returns the names under which a byte column of object names can stand. */
export function oidColumns(column: string): string[] {
  return [byteColumnName(column, 40), byteColumnName(column, 64)]
}
