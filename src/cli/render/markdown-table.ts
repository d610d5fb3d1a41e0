import { displayWidth } from '../../domain/display-width.ts'
import { escapeMarkdown } from '../../domain/escape-markdown.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Column } from './column.ts'

/** Writes a GitHub-flavoured Markdown table, padded so that it also reads well as text. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const escaped = [columns.map((column) => column.title), ...rows].map((row) => row.map(markdownCell))
  const widths = columns.map((_, index) =>
    escaped.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), 3),
  )
  const lines = escaped.map((row) =>
    columns.map((column, index) => pad(row[index] ?? '', widths[index]!, column.align ?? 'left')),
  )
  const rule = columns.map((column, index) => {
    const dashes = '-'.repeat(widths[index]! - 1)
    return (column.align ?? 'left') === 'left' ? `${dashes}-` : `${dashes}:`
  })
  return [lines[0]!, rule, ...lines.slice(1)].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function markdownCell(text: string): string {
  // A bare pipe would end the cell, whatever else the escaping does.
  return escapeMarkdown(safeText(text)).replaceAll(/(?<!\\)(?:\\\\)*\|/g, (pipe) => `${pipe.slice(0, -1)}\\|`)
}

function pad(text: string, width: number, align: NonNullable<Column['align']>): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + space : space + text
}
