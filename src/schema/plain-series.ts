import type { Oid } from '../domain/run.ts'
import type { Series, SeriesColumns } from '../domain/series.ts'
import { describeColumns } from './series-columns.ts'

const RUN = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** Names that need no look at what kinds of characters they have: the schema allows more. */
const NAME = /^[\w.@%/+-](?:[\w .@%/+-]{0,200}[\w.@%/+-])?$/
const TOKENS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity'])

/**
 * Reads a note that is one valid series in its canonical form and nothing else, which nearly all are, without the
 * programs that read YAML and check schemas. For any other the answer is undefined, and `decodeSeriesNote` has to be
 * asked. What both answer is the same.
 *
 * @param run - whose series it must be.
 */
export function readPlainSeries(run: Oid, text: string): Series | undefined {
  if (!text.startsWith('---\n{"schema":"series/v1",') || text.indexOf('\n', 4) !== text.length - 1)
    return undefined
  const value = tryJson(text.slice(4))
  return isSeries(value) && value.run === run ? value : undefined
}

function isSeries(value: unknown): value is Series {
  if (!isObject(value)) return false
  const { schema, run, metrics, reduced, ...others } = value
  if (schema !== 'series/v1' || typeof run !== 'string' || !RUN.test(run)) return false
  if (Object.keys(others).length > 0 || (Object.hasOwn(value, 'reduced') && reduced !== true)) return false
  return (
    isObject(metrics) && Object.entries(metrics).every(([name, each]) => NAME.test(name) && isColumns(each))
  )
}

function isColumns(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).length !== 3) return false
  const { step, value: values, time } = value
  const areNumbers =
    isArray(step, isFinite) &&
    isArray(time, isFinite) &&
    isArray(values, (each) => isFinite(each) || TOKENS.has(each))
  return areNumbers && describeColumns(value as unknown as SeriesColumns) === undefined
}

function isArray(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem)
}

function isFinite(value: unknown): boolean {
  return Number.isFinite(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
