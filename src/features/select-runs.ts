import type { Config } from '../domain/config.ts'
import { attributeOf } from '../domain/filter-attribute.ts'
import { matchesFilter } from '../domain/filter-match.ts'
import type { Filter, FilterField } from '../domain/filter.ts'
import { firstRows } from '../domain/first-rows.ts'
import type { SortKey } from '../domain/sort-key.ts'
import { isDescending, sortRuns, type SortOptions } from '../domain/sort-runs.ts'
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
  const options = { goal: (metric: string) => goals.get(metric)?.goal, ...(limit !== undefined && { limit }) }
  const isAny = filter.clauses.length === 0
  const few = isAny && (deleted === true || !runs.hasDeleted) ? foremost(runs, keys, options) : undefined
  if (few !== undefined)
    return { rows: sortRuns(few, keys, (row) => runs.view(row), options), total: runs.size, hidden: 0 }
  const [all, present] = isAny ? [runs.rows, runs.present] : fitting(runs, fits)
  const shown = deleted === true ? all : present
  const rows = sortRuns(shown, keys, (row) => runs.view(row), options)
  return { rows, total: shown.length, hidden: all.length - shown.length }
}

// Most rows are told by one column to be behind those that are wanted.
function foremost(runs: RunTable, keys: readonly SortKey[], options: SortOptions): Row[] | undefined {
  const [key = NEWEST] = keys
  if (options.limit === undefined || !isNumeric(key.field)) return undefined
  const numbers = runs.numbers(key.field)
  return numbers && firstRows(numbers, options.limit, isDescending(key, options))
}

const NEWEST: SortKey = { field: { group: 'attribute', key: 'start_time' }, direction: 'desc' }

function isNumeric({ group, key }: FilterField): boolean {
  return group === 'metric' || (group === 'attribute' && ['number', 'time'].includes(attributeOf(key).type))
}

function fitting(runs: RunTable, fits: (row: Row) => boolean): [all: Row[], present: readonly Row[]] {
  const all = runs.rows.filter(fits)
  return [all, runs.present === runs.rows ? all : all.filter((row) => !runs.isDeleted(row))]
}
