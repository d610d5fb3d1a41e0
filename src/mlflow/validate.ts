import path from 'node:path'
import { isValidKey } from '../domain/run.ts'
import { invalidValue } from './fields.ts'
import { invalid } from './protocol-error.ts'

/** MLflow's limits (`mlflow/utils/validation.py`), in characters and items. */
export const LIMITS = {
  key: 250,
  param: 6000,
  tag: 8000,
  experimentName: 500,
  experimentTag: 20_000,
  registryTag: 100_000,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entitiesPerBatch: 1000,
} as const

/** How many names are remembered because they passed. */
const MOST_CHECKED = 10_000
const checked = new Set<string>()

const KEY = /^[/\p{L}\p{M}\p{N}\p{Pc}.\- :]*$/u
const BAD_CHARACTERS =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'

/**
 * Checks the name of a metric, param or tag.
 *
 * @param where - what the request calls it, such as `metrics[0].name`.
 * @throws ProtocolError as MLflow words it.
 */
export function checkKey(key: string, where: string): void {
  if (checked.has(key)) return
  if (!KEY.test(key)) throw invalidValue(where, key, BAD_CHARACTERS)
  const normal = path.posix.normalize(key)
  if (
    normal !== key ||
    normal === '.' ||
    normal.startsWith('..') ||
    normal.startsWith('/') ||
    key.endsWith('/')
  ) {
    const why =
      'Names may be treated as files in certain cases, and must not resolve to other names when treated as such.'
    throw invalidValue(where, key, `${why} This name would resolve to '${normal.replace(/(.)\/$/, '$1')}'`)
  }
  if (key.length > LIMITS.key) return
  if (!isValidKey(key)) throw invalidValue(where, key, 'Names may not begin or end with a blank')
  if (checked.size >= MOST_CHECKED) checked.clear()
  checked.add(key)
}

/** Tells of a name whether it passed {@link checkKey} before, and is not too long: a run has the same few a thousand times. */
export function isCheckedKey(key: string): boolean {
  return checked.has(key)
}

/** Checks the length of a text. @throws ProtocolError as MLflow words it. */
export function checkLength(what: string, limit: number, text: string): void {
  // No text has more characters than code units.
  if (text.length > limit && Array.from(text).length > limit)
    throw invalid(`'${what}' exceeds the maximum length of ${limit} characters`)
}

/** Cuts a text that is too long, as MLflow's server does. */
export function truncate(text: string, limit: number): string {
  return text.length <= limit ? text : Array.from(text).slice(0, limit).join('')
}

/** Checks the number of results that a search may give at once. */
export function checkMaxResults(count: number, most = 50_000): number {
  const said = `Invalid value ${count} for parameter 'max_results' supplied. It must be`
  if (count < 1) throw invalid(`${said} a positive integer`)
  if (count > most) throw invalid(`${said} at most ${most}`)
  return count
}
