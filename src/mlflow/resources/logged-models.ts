import { randomBytes } from 'node:crypto'
import { escapeKey } from '../../domain/flatten.ts'
import type { LoggedModel } from '../../domain/logged-model.ts'
import { inventName } from '../../domain/run-name.ts'
import { isValidKey } from '../../domain/run.ts'
import { startRun } from '../../features/start-run.ts'
import type { Fields } from '../fields.ts'
import { invalid, missing } from '../protocol-error.ts'
import type { PathParts } from '../path-parts.ts'
import { findModel, type FoundModel } from '../tracking/find-model.ts'
import { HOST_TAG, type TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkKey, checkLength, LIMITS, truncate } from '../validate.ts'
import { toModel } from '../wire/to-model.ts'
import { findActiveExperiment } from './experiments.ts'
import { findActiveRun, findRun } from './runs.ts'

const STATUSES = ['pending', 'ready', 'failed'] as const
const STATUS_NAMES = ['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED']

/** `POST logged-models`: a model belongs to the run that logs it; one without gets a run of its own. */
export async function createModel(tracking: Tracking, fields: Fields): Promise<object> {
  const experiment = await findActiveExperiment(tracking, fields.requiredText('experiment_id'))
  const name = fields.text('name') || inventName(randomBytes(8))
  checkName(name)
  const [params, tags] = [
    readPairs(fields.objects('params'), LIMITS.param),
    readPairs(fields.objects('tags'), LIMITS.tag),
  ]
  const source = fields.text('source_run_id')
  const run =
    source === '' ? await makeHost(tracking, name, experiment.key) : await findActiveRun(tracking, source)
  const id = `m-${randomBytes(16).toString('hex')}`
  const now = tracking.world.now()
  const type = fields.text('model_type')
  append(tracking, run, id, {
    name,
    status: 'pending',
    created: now,
    updated: now,
    ...(type !== '' && { type }),
    ...prefixed('params', params),
    ...prefixed('tags', tags),
  })
  return { model: await read(tracking, id) }
}

/** `GET logged-models/{id}` */
export async function getModel(tracking: Tracking, _: Fields, { id = '' }: PathParts): Promise<object> {
  return { model: await read(tracking, id) }
}

/** `PATCH logged-models/{id}`: its upload is over. */
export async function finalizeModel(
  tracking: Tracking,
  fields: Fields,
  { id = '' }: PathParts,
): Promise<object> {
  const { run } = await findModel(tracking, id)
  append(tracking, run, id, { status: readStatus(fields), updated: tracking.world.now() })
  return { model: await read(tracking, id) }
}

/** `DELETE logged-models/{id}` */
export async function deleteModel(tracking: Tracking, _: Fields, { id = '' }: PathParts): Promise<object> {
  const { run } = await findModel(tracking, id)
  append(tracking, run, id, { deleted: true, updated: tracking.world.now() })
  return {}
}

/** `POST logged-models/{id}/params` */
export async function logModelParams(
  tracking: Tracking,
  fields: Fields,
  { id = '' }: PathParts,
): Promise<object> {
  const { model, run } = await findModel(tracking, id)
  const params = readPairs(fields.objects('params'), LIMITS.param)
  for (const [key, value] of params) {
    const known = model.params?.[key]
    if (known !== undefined && String(known) !== value) throw changedParam(id, key, String(known), value)
  }
  append(tracking, run, id, prefixed('params', params))
  return {}
}

/** `PATCH logged-models/{id}/tags` */
export async function setModelTags(
  tracking: Tracking,
  fields: Fields,
  { id = '' }: PathParts,
): Promise<object> {
  const { run } = await findModel(tracking, id)
  append(tracking, run, id, prefixed('tags', readPairs(fields.objects('tags'), LIMITS.tag)))
  return {}
}

/** `DELETE logged-models/{id}/tags/{key}` */
export async function deleteModelTag(
  tracking: Tracking,
  _: Fields,
  { id = '', key = '' }: PathParts,
): Promise<object> {
  const { model, run } = await findModel(tracking, id)
  if (!Object.hasOwn(model.tags ?? {}, key)) {
    throw missing(`No tag with key '${key}' found for model with ID '${id}'.`)
  }
  append(tracking, run, id, { [`tags/${escapeKey(key)}`]: null })
  return {}
}

/** `POST runs/outputs` */
export async function logOutputs(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const outputs = fields.requiredObjects('models').map((model) => ({
    model: readModelId(model),
    step: model.optionalInteger('step') ?? 0,
  }))
  tracking.append(await findActiveRun(tracking, id), [{ time: tracking.world.now(), model_outputs: outputs }])
  return {}
}

/** `POST runs/log-model`: what old clients say of a model that they logged as artifacts; kept as the tag it always was. */
export async function recordModel(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const text = fields.requiredText('model_json')
  const model = parseModel(text)
  checkMandatory(model)
  const run = await findActiveRun(tracking, id)
  const known = parseModel(String(run.tags.get(HISTORY_TAG) ?? '[]'))
  const history = JSON.stringify([...(Array.isArray(known) ? known : []), model])
  tracking.append(run, [{ time: tracking.world.now(), tags: { [HISTORY_TAG]: history } }])
  return {}
}

const HISTORY_TAG = 'mlflow.log-model.history'

async function read(tracking: Tracking, id: string): Promise<object> {
  const found: FoundModel = await findModel(tracking, id)
  return toModel(tracking, found)
}

async function makeHost(tracking: Tracking, name: string, experiment: string): Promise<TrackedRun> {
  const options = {
    name: isValidKey(name) ? name : 'model',
    kind: 'other' as const,
    ...(experiment !== 'Default' && { experiment }),
    tags: { [HOST_TAG]: 'logged-model' },
  }
  const started = await startRun(tracking.world, options, tracking.site)
  const run = await findRun(tracking, started.run)
  tracking.append(run, [{ time: tracking.world.now(), finish: { status: 'finished' } }], true)
  return run
}

function append(
  tracking: Tracking,
  run: TrackedRun,
  id: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  const entries = Object.entries(fields).map(([path, value]) => [`models/${id}/${path}`, value] as const)
  if (entries.length === 0) return
  tracking.append(run, [{ time: tracking.world.now(), models: Object.fromEntries(entries) }])
}

function prefixed(group: 'params' | 'tags', pairs: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs.map(([key, value]) => [`${group}/${escapeKey(key)}`, value]))
}

function readPairs(pairs: readonly Fields[], limit: number): [string, string][] {
  return pairs.map((pair) => {
    const key = pair.text('key')
    checkKey(key, 'key')
    checkLength('key', LIMITS.key, key)
    return [key, truncate(pair.text('value'), limit)]
  })
}

function readStatus(fields: Fields): LoggedModel['status'] {
  const value = fields.raw('status')
  const index = typeof value === 'number' ? value - 1 : STATUS_NAMES.findIndex((each) => each === value)
  const status = STATUSES[index]
  if (status === undefined) throw invalid(`Invalid model status: ${JSON.stringify(value)}`)
  return status
}

function readModelId(fields: Fields): string {
  const id = fields.requiredText('model_id')
  if (/^[A-Za-z0-9][\w-]{0,255}$/.test(id)) return id
  throw invalid(`Invalid model id: ${JSON.stringify(id)}`)
}

// The characters that a model's URI gives a meaning to.
function checkName(name: string): void {
  checkLength('name', 500, name)
  if (!/[/:.%"']/.test(name)) return
  throw invalid(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following ` +
      `characters: ('/', ':', '.', '%', '"', "'")`,
  )
}

function changedParam(id: string, key: string, known: string, value: string): Error {
  return invalid(
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' ` +
      `for model ID='${id}'. Attempted logging new value '${value}'.`,
  )
}

function checkMandatory(model: unknown): void {
  const known = typeof model === 'object' && model !== null ? model : {}
  const absent = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'].filter(
    (name) => !Object.hasOwn(known, name),
  )
  if (absent.length === 0) return
  throw invalid(`Model json is missing mandatory fields: {${absent.map((name) => `'${name}'`).join(', ')}}`)
}

function parseModel(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(`Malformed model info. \n ${text} \n is not a valid JSON.`)
  }
}
