import { digitsAt, rowsOf, rowsWith } from '../columns/look-up.ts'
import type { LiveTable } from '../columns/merge-tables.ts'
import type { Oid } from '../domain/run.ts'
import { NOTE } from './run-rows.ts'

/** Where the row of a run is. */
export interface FoundRow {
  run: Oid
  /** Which of the tables. */
  table: number
  row: number
  /** In how many places its note stands. */
  places: number
}

/** Finds the rows of runs, those of unreadable notes too. */
export function findRuns(tables: readonly LiveTable[], runs: readonly Oid[]): FoundRow[] {
  const wanted = new Set(runs)
  return tables.flatMap(({ table, dead }, at) => {
    const column = table.byteColumn(NOTE.run)
    if (column === undefined) return []
    const more = rowsOf(table.byteColumn(NOTE.more))
    const rows = rowsWith(column, wanted).filter((row) => !dead.has(row))
    return rows.map((row) => ({
      run: digitsAt(column, row),
      table: at,
      row,
      places: 1 + more.filter((other) => other === row).length,
    }))
  })
}
