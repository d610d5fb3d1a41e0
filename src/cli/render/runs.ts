import type { FilterField } from '../../domain/filter.ts'
import { formatField } from '../../domain/filter.ts'
import type { RunColumn } from '../../domain/run-columns.ts'
import type { StoredRun } from '../../store/runs.ts'
import { DIRTY, isPicked, PICKED, runCell, type CellOptions } from './run-cell.ts'
import { renderTable } from './table.ts'
import type { Column } from './column.ts'
import { fitColumns } from './text-table.ts'

const NUMERIC = new Set(['duration', 'exit'])
const TITLES: Readonly<Record<string, string>> = {
  run_id: 'run',
  run_name: 'name',
  start_time: 'started',
  end_time: 'ended',
  user_id: 'author',
  'code.commit': 'commit',
  'code.tree': 'tree',
}

/** A list of runs as text, and the titles of the columns for which there was no room. */
export interface RunTable {
  readonly text: string
  readonly hidden: string[]
}

/** Writes a list of runs as a table. Only text is fitted into the width. */
export function renderRuns(
  runs: readonly StoredRun[],
  columns: readonly RunColumn[],
  options: CellOptions & { readonly width?: number },
): RunTable {
  const { format, width } = options
  const head = runColumns(columns, runs, format === 'csv')
  const rows = runs.map((run) => columns.map(({ field }) => runCell(run, field, options)))
  if (format !== 'text' || width === undefined)
    return { text: renderTable(head, rows, format, options), hidden: [] }
  const { kept, hidden } = fitColumns(head, rows, width)
  const pick = <T>(cells: readonly T[]): T[] => kept.map((index) => cells[index]!)
  return { text: renderTable(pick(head), rows.map(pick), 'text', options), hidden }
}

/** Returns how columns of runs are set in a table. @param isExact - titles as filters name them. */
export function runColumns(
  columns: readonly RunColumn[],
  runs: readonly StoredRun[],
  isExact = false,
): Column[] {
  return columns.map((column) => toColumn(column, columns, runs, isExact))
}

/** Explains the marks that stand in a list, if any. */
export function legend(runs: readonly StoredRun[]): string | undefined {
  const marks = [
    ...(runs.some(({ record }) => record.code.dirty) ? [`${DIRTY} with uncommitted changes`] : []),
    ...(runs.some(({ record }) => isPicked(record)) ? [`${PICKED} picked`] : []),
    ...(runs.some(({ record, live }) => record.status === 'running' && !live)
      ? ['running? not seen on this machine']
      : []),
  ]
  return marks.length === 0 ? undefined : marks.join('   ')
}

function toColumn(
  { field, expendable }: RunColumn,
  all: readonly RunColumn[],
  runs: readonly StoredRun[],
  isExact: boolean,
): Column {
  const align = isNumeric(field, runs) ? 'decimal' : 'left'
  const shrinkTo = field.key === 'run_name' || field.group === 'param' ? { shrinkTo: 12 } : {}
  return { title: isExact ? exactTitle(field) : title(field, all), align, expendable, ...shrinkTo }
}

function isNumeric(field: FilterField, runs: readonly StoredRun[]): boolean {
  if (field.group === 'metric') return true
  if (field.group === 'attribute') return NUMERIC.has(field.key)
  const values = runs.flatMap(({ record }) => {
    const group = field.group === 'param' ? record.params : record.tags
    return group !== undefined && Object.hasOwn(group, field.key) ? [group[field.key]] : []
  })
  return values.length > 0 && values.every((value) => typeof value === 'number')
}

function title(field: FilterField, all: readonly RunColumn[]): string {
  const name =
    field.group === 'attribute' && Object.hasOwn(TITLES, field.key) ? TITLES[field.key]! : field.key
  const isUnique = all.every((other) => other.field === field || other.field.key !== field.key)
  return field.group === 'attribute' || (isUnique && field.group !== 'dataset') ? name : formatField(field)
}

// The names that --filter and --columns take.
function exactTitle(field: FilterField): string {
  return field.group === 'attribute' ? field.key : formatField(field)
}
