import type { Config } from '../domain/config.ts'
import { matchesFilter } from '../domain/filter-match.ts'
import type { Filter } from '../domain/filter.ts'
import type { SortKey } from '../domain/sort-key.ts'
import { sortRuns } from '../domain/sort-runs.ts'
import type { Row, RunTable } from '../store/run-table.ts'

/** Which runs are wanted, and in which order. */
export interface Selection {
  filter: Filter
  keys: readonly SortKey[]
  /** Whether deleted runs are wanted too. */
  deleted?: boolean
  /** At most so many. */
  limit?: number
}

/** Rows that were selected. */
export interface SelectedRows {
  /** In order, as many as were asked for. */
  rows: Row[]
  /** How many fit. */
  total: number
  /** How many deleted runs fit and were left out. */
  hidden: number
}

/** Selects runs from a table. Metrics with a goal in the configuration are ordered the best first. */
export async function selectRuns(
  runs: RunTable,
  { filter, keys, deleted, limit }: Selection,
  config: Config,
): Promise<SelectedRows> {
  await runs.prepare([...filter.clauses, ...keys].map(({ field }) => field))
  const goals = new Map(Object.entries(config.metrics ?? {}))
  const fits = (row: Row): boolean => matchesFilter(filter, runs.view(row))
  const isAny = filter.clauses.length === 0
  const [all, present] = isAny ? [runs.rows, runs.present] : fitting(runs, fits)
  const shown = deleted === true ? all : present
  const rows = sortRuns(shown, keys, (row) => runs.view(row), {
    goal: (metric) => goals.get(metric)?.goal,
    ...(limit !== undefined && { limit }),
  })
  return { rows, total: shown.length, hidden: all.length - shown.length }
}

function fitting(runs: RunTable, fits: (row: Row) => boolean): [all: Row[], present: readonly Row[]] {
  const all = runs.rows.filter(fits)
  return [all, runs.present === runs.rows ? all : all.filter((row) => !runs.isDeleted(row))]
}
