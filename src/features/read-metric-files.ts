import { statSync } from 'node:fs'
import path from 'node:path'
import { DistinctTimes } from '../domain/distinct-times.ts'
import { isModelError, ModelError } from '../domain/errors.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { Point, SeriesColumns } from '../domain/series.ts'
import { readMetricFile, type MetricFile } from '../metric-files/read-metric-file.ts'
import { expandWritten } from './collect-outputs.ts'
import type { FileStamps } from './written-files.ts'

/**
 * Reads metric files into what a journal takes: every value with its step and time, and the params that stand beside
 * them.
 *
 * @param pattern - a file or glob, relative to `cwd`.
 * @param before - how files stood before a command ran, where only what it wrote counts.
 * @throws ModelError `metric-file-invalid`; `metrics-missing` where there is no file, or nothing in it that could be measured.
 */
export async function readMetricFiles(
  cwd: string,
  pattern: string,
  before?: FileStamps,
): Promise<Pick<JournalEvent, 'points' | 'params'>> {
  const points = new Map<string, SeriesColumns>()
  let params: JournalEvent['params']
  for (const file of await expandWritten(cwd, pattern, 'metrics-missing', before)) {
    const read = await readOne(cwd, file)
    for (const [name, values] of Object.entries(read.metrics)) {
      const columns = points.get(name) ?? { step: [], value: [], time: [] }
      points.set(name, columns)
      for (const { step, value, time } of values) {
        columns.step.push(step)
        columns.value.push(value)
        columns.time.push(time)
      }
    }
    if (read.params !== undefined) params = { ...params, ...read.params }
  }
  if (points.size === 0 && params === undefined) throw nothingMeasured(pattern)
  return {
    ...(points.size > 0 && { points: Object.fromEntries(points) }),
    ...(params !== undefined && { params }),
  }
}

function nothingMeasured(pattern: string): ModelError {
  return new ModelError('metrics-missing', `"${pattern}" holds no metric: no number that has a name`, {
    hints: ['what is read of JSON, YAML, CSV and JSON lines stands in docs/formats.md'],
    data: { pattern },
  })
}

// Points without a time of their own were written at the latest when the file was.
async function readOne(cwd: string, file: string): Promise<MetricFile> {
  try {
    const written = Math.round(statSync(file).mtimeMs)
    return tellApart(await readMetricFile(file, written), written)
  } catch (error) {
    if (!isModelError(error)) throw error
    // As it was typed, not from the root of the file system.
    const message = error.message.replace(JSON.stringify(file), JSON.stringify(path.relative(cwd, file)))
    throw new ModelError(error.code, message, error)
  }
}

// Rows that say no time have the same one, and the last of a step is its final value.
function tellApart(read: MetricFile, written: number): MetricFile {
  const times = new DistinctTimes()
  const apart = ([name, points]: [string, Point[]]): [string, Point[]] => [
    name,
    points.map((point) => {
      if (point.time !== written) return point
      return { ...point, time: times.next([name], point.step, written) }
    }),
  ]
  return { ...read, metrics: Object.fromEntries(Object.entries(read.metrics).map(apart)) }
}
