import { open } from 'node:fs/promises'
import { fileInvalid } from './file-invalid.ts'
import type { MetricFile, MetricFormat } from './metric-file.ts'

export type { MetricFile } from './metric-file.ts'

/**
 * Reads a metric file: JSON, YAML, CSV, TSV or JSON lines, by its ending and else by its content.
 *
 * Maps are joined with `/`, lists of numbers are series, and a `step`, `epoch` or `iteration` and a `time` or
 * `timestamp` say when. Values of a file that says no step have the step 0, or their place in it.
 *
 * @param now - the time of values that say none, in milliseconds since 1970: when the file was written.
 * @throws ModelError `metric-file-invalid` with line and column.
 */
export async function readMetricFile(file: string, now: number): Promise<MetricFile> {
  try {
    const format = await findFormat(file)
    if (format === 'csv') return await (await import('./read-delimited.ts')).readDelimited(file, now)
    if (format === 'jsonl') return await (await import('./read-json-lines.ts')).readJsonLines(file, now)
    const { readJson, readYaml } = await import('./read-document.ts')
    return await (format === 'json' ? readJson(file, now) : readYaml(file, now))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw fileInvalid(file, 'there is no such file', undefined, 'check the path given with --metrics')
    if (code === 'EISDIR')
      throw fileInvalid(file, 'this is a folder', undefined, 'name its files: --metrics "folder/*.tsv"')
    if (code === 'EACCES')
      throw fileInvalid(file, 'it may not be read', undefined, `chmod u+r ${JSON.stringify(file)}`)
    throw error
  }
}

const ENDINGS: Readonly<Record<string, MetricFormat>> = {
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  yaml: 'yaml',
  yml: 'yaml',
  csv: 'csv',
  tsv: 'csv',
}

async function findFormat(file: string): Promise<MetricFormat> {
  const ending = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? ''
  const format = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  if (format !== undefined && format !== 'json') return format
  const head = await readHead(file)
  // Many a metrics.json is in truth an object a line.
  if (/^\s*\{[^\n]*\}[ \t]*\r?\n\s*\{/.test(head)) return 'jsonl'
  if (format === 'json' || /^\s*[[{]/.test(head)) return 'json'
  const [first = ''] = head.trimStart().split('\n')
  return /[\t,;]/.test(first) && !/^[\w"' ./-]+:\s/.test(first) ? 'csv' : 'yaml'
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0)
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '')
  } finally {
    await handle.close()
  }
}
