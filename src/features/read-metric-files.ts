import { statSync } from 'node:fs'
import path from 'node:path'
import { isModelError, ModelError } from '../domain/errors.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { SeriesColumns } from '../domain/series.ts'
import { readMetricFile, type MetricFile } from '../metric-files/read-metric-file.ts'
import { expand } from './collect-outputs.ts'

/**
 * Reads metric files into what a journal takes: every value with its step and time, and the params that stand beside
 * them.
 *
 * @param pattern - a file or glob, relative to `cwd`.
 * @throws ModelError `metric-file-invalid`.
 */
export async function readMetricFiles(
  cwd: string,
  pattern: string,
): Promise<Pick<JournalEvent, 'points' | 'params'>> {
  const points = new Map<string, SeriesColumns>()
  let params: JournalEvent['params']
  for (const file of await expand(cwd, pattern, 'metric-file-invalid')) {
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
  return {
    ...(points.size > 0 && { points: Object.fromEntries(points) }),
    ...(params !== undefined && { params }),
  }
}

// Points without a time of their own were written at the latest when the file was.
async function readOne(cwd: string, file: string): Promise<MetricFile> {
  try {
    return await readMetricFile(file, Math.round(statSync(file).mtimeMs))
  } catch (error) {
    if (!isModelError(error)) throw error
    // As it was typed, not from the root of the file system.
    const message = error.message.replace(JSON.stringify(file), JSON.stringify(path.relative(cwd, file)))
    throw new ModelError(error.code, message, error)
  }
}
