import { readFile, stat } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { addDocument } from './add-members.ts'
import { fileInvalid, placeOf, tooDeep } from './file-invalid.ts'
import { MetricTable } from './metric-table.ts'
import type { MetricFile } from './metric-file.ts'
import { findJsonError, parseTolerantJson } from './tolerant-json.ts'

const LONGEST_JSON = 256 * 1024 * 1024
const LONGEST_YAML = 16 * 1024 * 1024

/** Reads a metric file that is one JSON document. */
export async function readJson(file: string, time: number): Promise<MetricFile> {
  const text = await readText(file, LONGEST_JSON, 'JSON')
  try {
    return toMetrics(parseTolerantJson(text), time)
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file, 1)
    throw fileInvalid(file, 'this is no JSON', placeOf(text, findJsonError(text)))
  }
}

/** Reads a metric file that is one YAML document. */
export async function readYaml(file: string, time: number): Promise<MetricFile> {
  const text = await readText(file, LONGEST_YAML, 'YAML')
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw fileInvalid(file, `this is no YAML: ${error.message.slice(0, 200)}`, { line, column: col })
  }
  try {
    return toMetrics(document.toJS({ maxAliasCount: 100 }), time)
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file, 1)
    throw fileInvalid(file, 'this YAML repeats itself through aliases too often', { line: 1, column: 1 })
  }
}

function toMetrics(value: unknown, time: number): MetricFile {
  const table = new MetricTable()
  addDocument(table, value, time)
  return table.finish()
}

async function readText(file: string, longest: number, format: string): Promise<string> {
  const { size } = await stat(file)
  if (size > longest) {
    throw fileInvalid(
      file,
      `${size} bytes are too many for ${format}`,
      undefined,
      'write CSV or JSON lines, which are read line by line',
    )
  }
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
}
