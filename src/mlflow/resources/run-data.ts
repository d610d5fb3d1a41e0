import type { JournalEvent } from '../../domain/journal-event.ts'
import { parseNumber } from '../../domain/number.ts'
import type { Scalar } from '../../domain/scalar.ts'
import { missingField, type Fields } from '../fields.ts'
import { invalid, missing } from '../protocol-error.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkKey, checkLength, LIMITS, truncate } from '../validate.ts'
import { RUN_NAME_TAG, tagsOf } from '../wire/to-run.ts'
import { metricEvents } from './metric-events.ts'
import { readMetric, readMetrics } from './read-metrics.ts'
import { findActiveRun, readName } from './runs.ts'

/** `POST runs/log-metric` */
export async function logMetric(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const metric = readMetric(fields)
  tracking.append(await findActiveRun(tracking, id), metricEvents([metric]))
  return {}
}

/** `POST runs/log-parameter` */
export async function logParam(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const [[key, value]] = tracking.maskParams([readParam(fields, '')]) as [[string, string]]
  const run = await findActiveRun(tracking, id)
  const known = run.params.get(key)
  if (known !== undefined && !isSame(known, value)) {
    throw invalid(
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' ` +
        `for run ID='${id}'. Attempted logging new value '${value}'.`,
    )
  }
  if (known === undefined) tracking.append(run, [{ time: tracking.world.now(), params: { [key]: value } }])
  return {}
}

/** `POST runs/set-tag` */
export async function setTag(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const tag = readTag(fields, '')
  tracking.append(await findActiveRun(tracking, id), tagEvents(tracking, [tag]))
  return {}
}

/** `POST runs/delete-tag` */
export async function deleteTag(tracking: Tracking, fields: Fields): Promise<object> {
  const [id, key] = [fields.runId(), fields.requiredText('key')]
  const run = await findActiveRun(tracking, id)
  if (!tagsOf(run).has(key)) throw missing(`No tag with name: ${key} in run with id ${id}`)
  tracking.append(run, [{ time: tracking.world.now(), tags: { [key]: null } }])
  return {}
}

/** `POST runs/log-batch`: params first, then metrics, then tags. */
export async function logBatch(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const metrics = readMetrics(fields)
  const given = fields.objects('params').map((param, index) => readParam(param, `params[${index}].`))
  const tags = fields.objects('tags').map((tag, index) => readTag(tag, `tags[${index}].`))
  checkCounts(metrics.length, given.length, tags.length)
  checkUnique(given.map(([key]) => key))
  const params = tracking.maskParams(given)
  const run = await findActiveRun(tracking, id)
  checkUnchanged(run, params)
  const time = tracking.world.now()
  const added = params.filter(([key]) => !run.params.has(key))
  tracking.append(run, [
    ...(added.length > 0 ? [{ time, params: Object.fromEntries(added) }] : []),
    ...metricEvents(metrics),
    ...tagEvents(tracking, tags),
  ])
  return {}
}

function readParam(fields: Fields, path: string): [key: string, value: string] {
  const key = fields.optionalText('key')
  if (key === undefined || key === '') throw missingField(`${path}key`)
  checkKey(key, `${path}key`)
  checkLength('Param key', LIMITS.key, key)
  return [key, truncate(fields.text('value'), LIMITS.param)]
}

function readTag(fields: Fields, path: string): [key: string, value: string] {
  const key = fields.optionalText('key')
  if (key === undefined || key === '') throw missingField(`${path}key`)
  checkKey(key, `${path}key`)
  checkLength(`${path}key`, LIMITS.key, key)
  return [key, truncate(fields.text('value'), LIMITS.tag)]
}

function tagEvents(tracking: Tracking, tags: readonly [string, string][]): JournalEvent[] {
  if (tags.length === 0) return []
  const others = tags.filter(([key]) => key !== RUN_NAME_TAG)
  const name = readName(tags.findLast(([key]) => key === RUN_NAME_TAG)?.[1] ?? '')
  return [
    {
      time: tracking.world.now(),
      ...(others.length > 0 && { tags: Object.fromEntries(others) }),
      ...(name !== undefined && { name }),
    },
  ]
}

function checkCounts(metrics: number, params: number, tags: number): void {
  const counts: readonly (readonly [string, number, number])[] = [
    ['metrics', LIMITS.metricsPerBatch, metrics],
    ['params', LIMITS.paramsPerBatch, params],
    ['tags', LIMITS.tagsPerBatch, tags],
    ['metrics, params, and tags', LIMITS.entitiesPerBatch, metrics + params + tags],
  ]
  for (const [what, limit, count] of counts) {
    if (count <= limit) continue
    throw invalid(
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
    )
  }
}

function checkUnique(keys: readonly string[]): void {
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index)
  if (twice.length === 0) return
  throw invalid(
    `Duplicate parameter keys have been submitted: [${twice.map(quote).join(', ')}]. ` +
      'Please ensure the request contains only one param value per param key.',
  )
}

function checkUnchanged(run: TrackedRun, params: readonly [string, string][]): void {
  const changed = params.flatMap(([key, value]) => {
    const known = run.params.get(key)
    if (known === undefined || isSame(known, value)) return []
    return [`{'key': ${quote(key)}, 'old_value': ${quote(String(known))}, 'new_value': ${quote(value)}}`]
  })
  if (changed.length === 0) return
  throw invalid(
    `Changing param values is not allowed. Params were already logged='[${changed.join(', ')}]' ` +
      `for run ID='${run.run}'.`,
  )
}

// What `git model run -p` gave is a number or a truth value, which Python prints in its own way.
function isSame(known: Scalar, value: string): boolean {
  if (typeof known === 'number') return parseNumber(value) === known
  return String(known) === (typeof known === 'boolean' ? value.toLowerCase() : value)
}

function quote(text: string): string {
  return `'${text}'`
}
