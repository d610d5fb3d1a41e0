import { digitsAt, rowsOf, type Placed, type PlacedColumns } from '../columns/look-up.ts'
import { decodeSources, type NoteSource } from './note-sources.ts'
import { NOTE } from './run-rows.ts'
import type { Store } from './store.ts'
import type { StoredRun, UnreadableRun } from './stored-run.ts'

/** The records behind the rows of the notes: what columns do not have is read from there. */
export class RowRecords {
  readonly #store: Store
  readonly #parts: readonly Placed[]
  readonly #columns: PlacedColumns
  // Further blobs of notes that stand in several places.
  #more: ReadonlyMap<number, readonly string[]> | undefined

  constructor(store: Store, parts: readonly Placed[], columns: PlacedColumns) {
    this.#store = store
    this.#parts = parts
    this.#columns = columns
  }

  /** Reads the notes of rows. */
  async decode(
    rows: readonly number[],
    visit: (row: number, run: StoredRun) => void,
    visitUnreadable: (run: UnreadableRun) => void = () => undefined,
  ): Promise<void> {
    const places = new Map(rows.map((row) => [this.#source(row), row]))
    await decodeSources(this.#store.repo, [...places.keys()], (source, decoded) => {
      if ('record' in decoded) visit(places.get(source)!, decoded)
      else visitUnreadable(decoded)
    })
  }

  /** Says what is wrong with the notes of rows that hold no record. */
  async problems(rows: readonly number[]): Promise<UnreadableRun[]> {
    const known: UnreadableRun[] = []
    const long: number[] = []
    for (const row of rows) {
      const problems = this.#columns.column(NOTE.unreadable).value(row)
      if (typeof problems === 'string')
        known.push({ run: this.#digits(NOTE.run, row), problems: JSON.parse(problems) as string[] })
      else long.push(row)
    }
    await this.decode(
      long,
      () => undefined,
      (run) => known.push(run),
    )
    return known
  }

  #source(row: number): NoteSource {
    const more = (this.#more ??= this.#listMore()).get(row) ?? []
    return {
      run: this.#digits(NOTE.run, row),
      blobs: [this.#digits(NOTE.blob, row), ...more],
      isPlain: more.length === 0 && !this.#columns.column(NOTE.whole).has(row),
    }
  }

  #listMore(): Map<number, string[]> {
    const blobs = new Map<number, string[]>()
    for (const { table, first } of this.#parts) {
      const column = table.byteColumn(NOTE.more)
      for (const [entry, local] of rowsOf(column).entries()) {
        const row = first + local
        blobs.set(row, [...(blobs.get(row) ?? []), digitsAt(column!, entry)])
      }
    }
    return blobs
  }

  #digits(column: string, row: number): string {
    return this.#columns.byteColumn(column).digits(row)!
  }
}
