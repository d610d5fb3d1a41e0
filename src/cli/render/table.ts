import { csvRow } from './csv.ts'
import { markdownTable } from './markdown-table.ts'
import { textTable } from './text-table.ts'
import type { Column, Cell, TableOptions } from './column.ts'

/** How a table is written. */
export type TableFormat = 'text' | 'md' | 'csv'

/** Writes a table. Text cells are escaped for the format; nothing that they hold can leave their cell. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  format: TableFormat,
  options: TableOptions = {},
): string {
  if (format === 'csv') return [columns.map((column) => column.title), ...texts(rows)].map(csvRow).join('')
  if (format === 'md') return markdownTable(columns, texts(rows))
  return textTable(columns, rows, options)
}

function texts(rows: readonly (readonly Cell[])[]): string[][] {
  return rows.map((row) => row.map(textOf))
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}
