import { addRow, type When } from './add-members.ts'
import { fileInvalid, tooDeep } from './file-invalid.ts'
import { checkCount } from './check-count.ts'
import { MetricTable } from './metric-table.ts'
import type { MetricFile } from './metric-file.ts'
import { readLines, type Line } from './read-lines.ts'
import { findJsonError, parseTolerantJson } from './tolerant-json.ts'

/** Reads a metric file of JSON lines: an object for each step. A last line that is torn does not count. */
export async function readJsonLines(file: string, time: number): Promise<MetricFile> {
  const table = new MetricTable()
  let step = 0
  for await (const line of readLines(file)) {
    if (line.text.trim() === '') continue
    const row = parseLine(file, line)
    if (row === undefined) break
    addLine(table, row, { step: step++, time }, () => tooDeep(file, line.number))
    checkCount(file, table)
  }
  return table.finish()
}

function addLine(
  table: MetricTable,
  row: Readonly<Record<string, unknown>>,
  when: When,
  tooDeeply: () => Error,
): void {
  try {
    addRow(table, row, when, '')
  } catch (error) {
    if (error instanceof RangeError) throw tooDeeply()
    throw error
  }
}

function parseLine(file: string, { text, number, isOpen }: Line): Record<string, unknown> | undefined {
  let row: unknown
  try {
    row = parseTolerantJson(text)
  } catch {
    if (isOpen) return undefined
    throw fileInvalid(file, 'this is no JSON', { line: number, column: findJsonError(text) + 1 })
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Record<string, unknown>
  throw fileInvalid(file, 'each line must be an object, such as {"step": 10, "loss": 0.31}', {
    line: number,
    column: 1,
  })
}
