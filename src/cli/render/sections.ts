import { displayWidth } from '../../domain/display-width.ts'
import { escapeMarkdown } from '../../domain/escape-markdown.ts'
import { greatest } from '../../domain/greatest.ts'
import { safeBlock, safeText } from '../../domain/safe-text.ts'
import type { Colors } from '../colors.ts'
import { renderTable } from './table.ts'
import type { Cell, Column } from './column.ts'
import { fitColumns } from './text-table.ts'

/** One fact: its label and one or more lines of raw text. */
export interface Fact {
  readonly label: string
  readonly value: string | readonly string[]
  readonly paint?: ((text: string) => string) | undefined
  /** Whether it is something to type: Markdown sets it as code. */
  readonly code?: boolean
}

/** A part of a page: a title and, below it, facts, a table, free text, or why there is nothing. */
export interface Section {
  readonly title: string
  readonly facts?: readonly Fact[]
  readonly table?: { readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[] }
  /** Free text of many lines. */
  readonly text?: string
  /** Said in one line, below the rest. */
  readonly remark?: string
}

/** How a page is written. */
export interface PageOptions {
  readonly format: 'text' | 'md'
  readonly colors: Colors
  /** Columns of the terminal; absent: as wide as it gets. */
  readonly width?: number
}

const INDENT = '  '

/** Writes sections as a page. Everything raw is escaped here. */
export function renderSections(sections: readonly Section[], options: PageOptions): string {
  return sections
    .map((section, index) => (options.format === 'md' ? markdown(section, index) : text(section, options)))
    .join('\n')
}

function text(section: Section, options: PageOptions): string {
  const { facts = [], table, colors } = { ...section, colors: options.colors }
  const lines = [
    colors.bold(safeText(section.title)),
    ...factLines(facts, options),
    ...(table === undefined ? [] : tableLines(table, options)),
    ...(section.text === undefined ? [] : indented(safeBlock(section.text))),
    ...(section.remark === undefined ? [] : [INDENT + colors.dim(safeText(section.remark))]),
  ]
  return `${lines.join('\n')}\n`
}

function tableLines(
  { columns, rows }: NonNullable<Section['table']>,
  { width, colors }: PageOptions,
): string[] {
  const room = width === undefined ? Infinity : width - INDENT.length
  const { kept, hidden } = fitColumns(columns, rows, room)
  const pick = <T>(cells: readonly T[]): T[] => kept.map((index) => cells[index]!)
  const options = { width: room, colors: { bold: colors.dim } }
  const lines = indented(renderTable(pick(columns), rows.map(pick), 'text', options))
  return hidden.length === 0
    ? lines
    : [...lines, INDENT + colors.dim(`no room for ${safeText(hidden.join(', '))}`)]
}

function factLines(facts: readonly Fact[], { colors }: PageOptions): string[] {
  const labels = facts.map(({ label }) => safeText(label))
  const widest = greatest(labels.map(displayWidth), 0)
  return facts.flatMap(({ value, paint }, index) => {
    const values = (typeof value === 'string' ? [value] : value).map((line) => safeText(line))
    return values.map((line, at) => {
      const label = at === 0 ? labels[index]! : ''
      const space = ' '.repeat(widest - displayWidth(label) + 2)
      return `${INDENT}${label === '' ? '' : colors.dim(label)}${space}${paint === undefined ? line : paint(line)}`.trimEnd()
    })
  })
}

function indented(block: string): string[] {
  return block
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => (INDENT + line).trimEnd())
}

function markdown(section: Section, index: number): string {
  const parts = [`${index === 0 ? '#' : '##'} ${escaped(section.title)}\n`]
  const facts = (section.facts ?? []).map((fact) => `- ${escaped(fact.label)}: ${markdownValue(fact)}\n`)
  if (facts.length > 0) parts.push(facts.join(''))
  if (section.table !== undefined) parts.push(renderTable(section.table.columns, section.table.rows, 'md'))
  if (section.text !== undefined) parts.push(quoted(section.text))
  if (section.remark !== undefined) parts.push(`${escaped(section.remark)}\n`)
  return parts.join('\n')
}

// A quotation that keeps its lines: a backslash at the end of one breaks it there.
function quoted(raw: string): string {
  const lines = safeBlock(raw).trimEnd().split('\n').map(escapeMarkdown)
  const isBroken = (index: number): boolean => lines[index] !== '' && (lines[index + 1] ?? '') !== ''
  return lines.map((line, index) => `> ${line}${isBroken(index) ? '\\' : ''}`.trimEnd() + '\n').join('')
}

function markdownValue({ value, code }: Fact): string {
  const lines = typeof value === 'string' ? [value] : value
  return lines.map((line) => (code === true ? codeSpan(line) : escaped(line))).join('; ')
}

// A fence longer than any run of backticks inside (CommonMark, "Code spans").
function codeSpan(raw: string): string {
  const line = safeText(raw)
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

function escaped(raw: string): string {
  return escapeMarkdown(safeText(raw))
}
