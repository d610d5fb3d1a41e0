import type { PlacedBytes, PlacedColumn, PlacedColumns } from '../columns/look-up.ts'
import type { DatasetView, FilterView } from '../domain/filter-view.ts'
import type { Scalar } from '../domain/scalar.ts'
import { COLUMN, columnName, isOidAttribute } from '../domain/run-cells.ts'
import { NOTE, oidColumns } from './run-rows.ts'

/** Values that stand beside the columns, by row and column name. */
export type ValuesBeside = Map<number, Map<string, Scalar | readonly DatasetView[] | undefined>>

/** What filters and sort keys see of one row at a time: a list looks at many thousands. */
export class RowView implements FilterView {
  readonly #columns: PlacedColumns
  readonly #beside: ValuesBeside
  readonly #found = {
    metric: new Map<string, PlacedColumn>(),
    param: new Map<string, PlacedColumn>(),
    tag: new Map<string, PlacedColumn>(),
    attribute: new Map<string, PlacedColumn>(),
  }
  readonly #oids = new Map<string, PlacedBytes[]>()
  #row = 0

  constructor(columns: PlacedColumns, beside: ValuesBeside) {
    this.#columns = columns
    this.#beside = beside
  }

  /** Turns to a row. */
  at(row: number): this {
    this.#row = row
    return this
  }

  metric(key: string): number | undefined {
    return this.#value('metric', key) as number | undefined
  }

  param(key: string): Scalar | undefined {
    return this.#value('param', key)
  }

  tag(key: string): Scalar | undefined {
    return this.#value('tag', key)
  }

  attribute(name: string): Scalar | undefined {
    if (name === 'run_id') return this.#columns.byteColumn(NOTE.run).digits(this.#row)
    return isOidAttribute(name) ? this.#oid(name) : this.#value('attribute', name)
  }

  get datasets(): readonly DatasetView[] {
    const beside = this.#beside.get(this.#row)
    if (beside?.has(COLUMN.datasets) === true) return beside.get(COLUMN.datasets) as readonly DatasetView[]
    const text = this.#columns.column(COLUMN.datasets).value(this.#row)
    return typeof text === 'string' ? (JSON.parse(text) as DatasetView[]) : []
  }

  #value(group: 'metric' | 'param' | 'tag' | 'attribute', key: string): Scalar | undefined {
    if (this.#beside.size > 0) {
      const [beside, name] = [this.#beside.get(this.#row), columnName(group, key)]
      if (beside?.has(name) === true) return beside.get(name) as Scalar | undefined
    }
    let column = this.#found[group].get(key)
    if (column === undefined) {
      column = this.#columns.column(columnName(group, key))
      this.#found[group].set(key, column)
    }
    return column.value(this.#row)
  }

  #oid(name: string): string | undefined {
    let columns = this.#oids.get(name)
    if (columns === undefined) {
      columns = oidColumns(columnName('attribute', name)).map((each) => this.#columns.byteColumn(each))
      this.#oids.set(name, columns)
    }
    for (const column of columns) {
      const digits = column.digits(this.#row)
      if (digits !== undefined) return digits
    }
    return undefined
  }
}
