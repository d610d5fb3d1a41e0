import { parseNumber } from '../domain/number.ts'
import { findAxes, toStep, toTime, type Axes } from './axes.ts'
import { checkCount } from './check-count.ts'
import { fileInvalid } from './file-invalid.ts'
import { MetricTable } from './metric-table.ts'
import type { MetricFile } from './metric-file.ts'
import { readLines } from './read-lines.ts'

/** One record of a delimited file. */
interface Row {
  fields: string[]
  line: number
  /** Whether the file ends in it without a newline: its last field may be torn. */
  isOpen: boolean
}

/** Reads a metric file of columns with a header, separated by commas, semicolons or tabs (RFC 4180 quoting). */
export async function readDelimited(file: string, time: number): Promise<MetricFile> {
  const table = new MetricTable()
  let columns: { names: string[]; axes: Axes } | undefined
  let step = -1
  for await (const row of readRows(file)) {
    if (columns === undefined) {
      columns = readHeader(file, row)
      continue
    }
    const { names, axes } = columns
    if (row.fields.length > names.length) {
      const message = `the row has ${row.fields.length} fields, the header ${names.length}`
      throw fileInvalid(file, message, { line: row.line, column: 1 })
    }
    const cell = (name: string | undefined): string | undefined =>
      name === undefined ? undefined : row.fields[names.indexOf(name)]
    // A row without a step of its own belongs to the step of the row before.
    step = axes.step === undefined ? step + 1 : (toStep(cell(axes.step)) ?? Math.max(step, 0))
    const at = toTime(cell(axes.time))
    for (const [index, field] of row.fields.entries()) {
      const name = names[index]!
      const isAxis = name === axes.step || (name === axes.time && at !== undefined)
      if (!isAxis && field.trim() !== '') table.add(name, field, step, at ?? time)
    }
    checkCount(file, table)
  }
  return table.finish()
}

function readHeader(file: string, { fields, line }: Row): { names: string[]; axes: Axes } {
  if (fields.some((field) => parseNumber(field) !== undefined)) {
    const hint = 'begin the file with the names of its columns, for example: step,loss,acc'
    throw fileInvalid(file, 'the first line must name the columns', { line, column: 1 }, hint)
  }
  const names = fields.map((field) => nameOf(file, field.trim()))
  return { names, axes: findAxes(names) }
}

// DVCLive writes train/loss to plots/metrics/train/loss.tsv, with `loss` as the column's name.
function nameOf(file: string, column: string): string {
  const match = /[/\\]plots[/\\]metrics[/\\](.+)\.tsv$/.exec(file)
  const name = match?.[1]?.replaceAll('\\', '/')
  return name?.endsWith(`/${column}`) === true ? name : column
}

async function* readRows(file: string): AsyncGenerator<Row, void> {
  let mark: string | undefined
  let open: { text: string; line: number } | undefined
  for await (const { text, number, isOpen } of readLines(file)) {
    if (open === undefined && text.trim() === '') continue
    mark ??= findMark(text)
    const whole: string = open === undefined ? text : `${open.text}\n${text}`
    const line: number = open?.line ?? number
    const fields = splitFields(whole, mark)
    open = fields === undefined ? { text: whole, line } : undefined
    if (fields !== undefined) yield { fields, line, isOpen }
    else if (whole.length > 1_000_000) break
  }
  if (open !== undefined) {
    throw fileInvalid(file, 'a quote is not closed', { line: open.line, column: open.text.indexOf('"') + 1 })
  }
}

function findMark(header: string): string {
  const counts = ['\t', ',', ';'].map((mark) => [mark, header.split(mark).length] as const)
  return counts.toSorted((a, b) => b[1] - a[1])[0]![0]
}

// Undefined where a quote is open at the end.
function splitFields(text: string, mark: string): string[] | undefined {
  if (!text.includes('"')) return text.split(mark)
  const fields: string[] = []
  for (let at = 0; at <= text.length;) {
    if (text[at] !== '"') {
      const end = text.indexOf(mark, at)
      fields.push(text.slice(at, end === -1 ? undefined : end))
      at = end === -1 ? text.length + 1 : end + 1
      continue
    }
    const close = findClose(text, at + 1)
    if (close === undefined) return undefined
    fields.push(text.slice(at + 1, close).replaceAll('""', '"'))
    const next = text.indexOf(mark, close + 1)
    at = next === -1 ? text.length + 1 : next + 1
  }
  return fields
}

function findClose(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return undefined
}
