import { displayWidth, truncateToWidth } from '../../domain/display-width.ts'
import { safeText } from '../../domain/safe-text.ts'
import { csvRow } from './csv.ts'
import { markdownTable } from './markdown-table.ts'

/** How a table is written. */
export type TableFormat = 'text' | 'md' | 'csv'

/** One column of a table. */
export interface Column {
  readonly title: string
  /** `decimal` lines numbers up on their decimal point. Default left. */
  readonly align?: 'left' | 'right' | 'decimal'
  /** How soon the column goes when the terminal is too narrow: the highest first; 0 and absent stay. */
  readonly expendable?: number
  /** The fewest columns of the terminal its text may be cut to; absent: never cut. */
  readonly shrinkTo?: number
}

/** One cell: its raw text (the table escapes it for each format), and how to paint it on a terminal. */
export type Cell = string | { readonly text: string; readonly paint?: ((text: string) => string) | undefined }

/** What a table needs to know of the terminal. */
export interface TableOptions {
  /** Columns of the terminal; absent: as wide as it gets. */
  readonly width?: number
  readonly colors?: { readonly bold: (text: string) => string }
}

const GAP = 2

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

/** Says which columns fit into a width, by index, dropping the most expendable first. */
export function fitColumns(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): { kept: number[]; hidden: string[] } {
  const widths = columns.map((column, index) =>
    Math.min(naturalWidth(column, rows, index), column.shrinkTo ?? Infinity),
  )
  const kept = new Set(columns.keys())
  const order = [...columns.keys()]
    .filter((index) => (columns[index]!.expendable ?? 0) > 0)
    .sort((a, b) => columns[b]!.expendable! - columns[a]!.expendable! || b - a)
  for (const index of order) {
    if (total([...kept].map((column) => widths[column]!)) <= width) break
    kept.delete(index)
  }
  const hidden = columns.filter((_, index) => !kept.has(index)).map((column) => column.title)
  return { kept: [...kept], hidden }
}

function textTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const safe = alignDecimals(
    columns,
    rows.map((row) => row.map((cell) => ({ ...asCell(cell), text: safeText(textOf(cell)) }))),
  )
  const widths = shrink(
    columns,
    columns.map((column, index) => naturalWidth(column, safe, index)),
    options.width,
  )
  const header = columns.map((column) => ({ text: safeText(column.title), paint: options.colors?.bold }))
  return [header, ...safe].map((row) => `${textRow(columns, row, widths)}\n`).join('')
}

function textRow(columns: readonly Column[], row: readonly Cell[], widths: readonly number[]): string {
  const cells = columns.map((column, index) => {
    const { text, paint } = asCell(row[index] ?? '')
    const shown = truncateToWidth(text, widths[index]!)
    const space = ' '.repeat(Math.max(0, widths[index]! - displayWidth(shown)))
    const painted = paint === undefined || shown === '' ? shown : paint(shown)
    return (column.align ?? 'left') === 'left' ? painted + space : space + painted
  })
  return cells.join(' '.repeat(GAP)).trimEnd()
}

// Pads numbers on the right so that, set flush right, their decimal points stand in one line.
function alignDecimals<C extends { text: string }>(
  columns: readonly Column[],
  rows: readonly (readonly C[])[],
): C[][] {
  const tails = columns.map((column, index) =>
    column.align === 'decimal' ? Math.max(0, ...rows.map((row) => tailLength(row[index]?.text ?? ''))) : 0,
  )
  return rows.map((row) =>
    row.map((cell, index) => {
      if (columns[index]?.align !== 'decimal' || !/^[+\-−]?\d/.test(cell.text)) return cell
      return { ...cell, text: cell.text + ' '.repeat(tails[index]! - tailLength(cell.text)) }
    }),
  )
}

function tailLength(text: string): number {
  const tail = /^[+\-−]?\d+(.*)$/s.exec(text)?.[1]
  return tail === undefined ? 0 : displayWidth(tail)
}

// Takes what does not fit from the columns that may be cut, the widest first.
function shrink(columns: readonly Column[], natural: readonly number[], width = Infinity): number[] {
  const widths = [...natural]
  let excess = total(widths) - width
  while (excess > 0) {
    const candidates = [...columns.keys()].filter(
      (index) => widths[index]! > (columns[index]!.shrinkTo ?? Infinity),
    )
    const widest = candidates.sort((a, b) => widths[b]! - widths[a]!)[0]
    if (widest === undefined) break
    widths[widest] = widths[widest]! - 1
    excess -= 1
  }
  return widths
}

function naturalWidth(column: Column, rows: readonly (readonly Cell[])[], index: number): number {
  return rows.reduce(
    (widest, row) => Math.max(widest, displayWidth(safeText(textOf(row[index] ?? '')))),
    displayWidth(safeText(column.title)),
  )
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1)
}

function texts(rows: readonly (readonly Cell[])[]): string[][] {
  return rows.map((row) => row.map(textOf))
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function asCell(cell: Cell): { text: string; paint?: ((text: string) => string) | undefined } {
  return typeof cell === 'string' ? { text: cell } : cell
}
