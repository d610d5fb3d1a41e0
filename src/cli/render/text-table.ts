import { displayWidth, truncateToWidth } from '../../domain/display-width.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Cell, Column, TableOptions } from './column.ts'

/** A cell as it stands on a terminal. */
interface Measured {
  readonly text: string
  /** In columns of the terminal. */
  readonly width: number
  readonly paint?: ((text: string) => string) | undefined
}

const GAP = 2
const NUMBER = /^[+\-−]?\d+/

/** Writes a table for a terminal: columns padded to their widest cell, what may be cut cut to the width. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const measured = measure(columns, rows)
  const widths = shrink(columns, naturalWidths(columns, measured), options.width)
  const header = columns.map((column) => ({ ...measureCell(column.title), paint: options.colors?.bold }))
  return [header, ...measured].map((row) => `${textRow(columns, row, widths)}\n`).join('')
}

/** Says which columns fit into a width, by index, dropping the most expendable first. */
export function fitColumns(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): { kept: number[]; hidden: string[] } {
  const natural = naturalWidths(columns, measure(columns, rows))
  const widths = natural.map((each, index) => Math.min(each, columns[index]!.shrinkTo ?? Infinity))
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

function textRow(columns: readonly Column[], row: readonly Measured[], widths: readonly number[]): string {
  const cells = columns.map((column, index) => {
    const { text, width, paint } = fitCell(row[index]!, widths[index]!)
    const space = ' '.repeat(Math.max(0, widths[index]! - width))
    const painted = paint === undefined || text === '' ? text : paint(text)
    return (column.align ?? 'left') === 'left' ? painted + space : space + painted
  })
  return cells.join(' '.repeat(GAP)).trimEnd()
}

function fitCell(cell: Measured, width: number): Measured {
  if (cell.width <= width) return cell
  return { ...cell, ...measureCell(truncateToWidth(cell.text, width)) }
}

// Pads numbers on the right so that, set flush right, their decimal points stand in one line.
function measure(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Measured[][] {
  const measured = rows.map((row) => columns.map((_, index) => measureCell(row[index] ?? '')))
  for (const [index, column] of columns.entries()) {
    if (column.align !== 'decimal') continue
    const longest = measured.reduce((tail, row) => Math.max(tail, tailWidth(row[index]!) ?? 0), 0)
    for (const row of measured) {
      const cell = row[index]!
      const missing = longest - (tailWidth(cell) ?? longest)
      if (missing > 0)
        row[index] = { ...cell, text: cell.text + ' '.repeat(missing), width: cell.width + missing }
    }
  }
  return measured
}

function measureCell(cell: Cell): Measured {
  const { text: raw, paint } = typeof cell === 'string' ? { text: cell, paint: undefined } : cell
  const text = safeText(raw)
  return { text, width: displayWidth(text), paint }
}

// The width of what follows the whole part of a number; undefined for any other text.
function tailWidth({ text, width }: Measured): number | undefined {
  const whole = NUMBER.exec(text)
  return whole === null ? undefined : width - whole[0].length
}

// Takes what does not fit from the columns that may be cut, the widest first.
function shrink(columns: readonly Column[], natural: readonly number[], width = Infinity): number[] {
  const widths = [...natural]
  const limits = columns.map((column) => column.shrinkTo ?? Infinity)
  for (let excess = total(widths) - width; excess > 0; excess -= 1) {
    const widest = widths.reduce(
      (best, each, index) => (each > limits[index]! && (best < 0 || each > widths[best]!) ? index : best),
      -1,
    )
    if (widest < 0) break
    widths[widest] = widths[widest]! - 1
  }
  return widths
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly Measured[])[]): number[] {
  return columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, row[index]!.width), measureCell(column.title).width),
  )
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1)
}
