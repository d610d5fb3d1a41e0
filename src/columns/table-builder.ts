import { ByteColumnBuilder, ColumnBuilder, type Cell } from './column-builder.ts'
import type { ByteColumn, Column, Segment } from './column.ts'

/** Collects the columns of a table in memory. */
export class TableBuilder {
  readonly #columns = new Map<string, ColumnBuilder>()
  readonly #byteColumns = new Map<string, ByteColumnBuilder>()
  #rows = 0

  get rows(): number {
    return this.#rows
  }

  /** How many columns there are. */
  get width(): number {
    return this.#columns.size
  }

  /** Begins a row: what is added belongs to it. */
  begin(): void {
    this.#rows += 1
  }

  has(name: string): boolean {
    return this.#columns.has(name)
  }

  add(name: string, cell: Cell): void {
    let column = this.#columns.get(name)
    if (column === undefined) this.#columns.set(name, (column = new ColumnBuilder()))
    column.add(this.#rows - 1, cell)
  }

  /** @param digits - hexadecimal; all entries of one name are equally long. */
  addBytes(name: string, digits: string): void {
    let column = this.#byteColumns.get(name)
    if (column === undefined) {
      column = new ByteColumnBuilder(digits.length / 2)
      this.#byteColumns.set(name, column)
    }
    column.add(this.#rows - 1, digits)
  }

  build(): Segment {
    const columns = new Map([...this.#columns].map(([name, column]) => [name, column.build(this.#rows)]))
    const byteColumns = new Map(
      [...this.#byteColumns].map(([name, column]) => [name, column.build(this.#rows)]),
    )
    return tableOf(this.#rows, columns, byteColumns)
  }
}

/** Returns the table that has these columns. */
export function tableOf(
  rows: number,
  columns: ReadonlyMap<string, Column>,
  byteColumns: ReadonlyMap<string, ByteColumn>,
): Segment {
  return {
    rows,
    names: [...columns.keys()],
    byteNames: [...byteColumns.keys()],
    column: (name) => columns.get(name),
    byteColumn: (name) => byteColumns.get(name),
  }
}
