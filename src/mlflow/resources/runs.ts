import type { JournalEvent } from '../../domain/journal-event.ts'
import { DEFAULT_EXPERIMENT } from '../tracking/experiment-id.ts'
import { isValidKey, type Oid, type RunStatus } from '../../domain/run.ts'
import { startRun } from '../../features/start-run.ts'
import type { Fields } from '../fields.ts'
import { invalid, missing } from '../protocol-error.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkKey, checkLength, LIMITS, truncate } from '../validate.ts'
import { RUN_NAME_TAG, toRun, toRunInfo } from '../wire/to-run.ts'
import { findActiveExperiment } from './experiments.ts'

const STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const
const LAST_INSTANT = 8.64e15

/** `POST runs/create`: the snapshot is taken here, so that it needs no GitPython. */
export async function createRun(tracking: Tracking, fields: Fields): Promise<object> {
  const experiment = await findActiveExperiment(tracking, fields.text('experiment_id') || '0')
  const tags = readTags(fields)
  const [name, tagged] = [fields.text('run_name'), tags.get(RUN_NAME_TAG) ?? '']
  if (name !== '' && tagged !== '' && name !== tagged) throw twoNames(name, tagged)
  const user = fields.text('user_id')
  if (user !== '' && !tags.has('mlflow.user')) tags.set('mlflow.user', user)
  tags.delete(RUN_NAME_TAG)
  const parent = tags.get('mlflow.parentRunId')
  const options = {
    name: readName(name || tagged),
    ...(experiment.key !== 'Default' && { experiment: experiment.key }),
    ...(isOid(parent) && { parent }),
    ...(tags.size > 0 && { tags: Object.fromEntries(tags) }),
    started: readInstant(fields, 'start_time') || undefined,
  }
  const started = await startRun(tracking.world, options, tracking.site)
  tracking.tellMasked(started.masked)
  const run = await findRun(tracking, started.run)
  return { run: toRun(run, tracking.experiments.idOf(run.experiment)) }
}

/** `GET runs/get` */
export async function getRun(tracking: Tracking, fields: Fields): Promise<object> {
  const run = await findRun(tracking, fields.runId())
  joinChosen(tracking, run)
  return { run: toRun(run, tracking.experiments.idOf(run.experiment)) }
}

/** `POST runs/update` */
export async function updateRun(tracking: Tracking, fields: Fields): Promise<object> {
  const run = await findActiveRun(tracking, fields.runId())
  const time = tracking.world.now()
  const name = readName(fields.text('run_name'))
  const status = readStatus(fields.raw('status'))
  const events: JournalEvent[] = []
  if (name !== undefined && name !== run.name) events.push({ time, name })
  const end = readInstant(fields, 'end_time')
  if (status !== undefined) events.push(...statusEvents(tracking, run, status, end))
  else if (end !== undefined && run.status !== 'running') {
    events.push({ time, finish: { status: run.status, at: end } })
  }
  tracking.append(run, events, true)
  return { run_info: toRunInfo(run, tracking.experiments.idOf(run.experiment)) }
}

/** `POST runs/delete` */
export async function deleteRun(tracking: Tracking, fields: Fields): Promise<object> {
  return setDeleted(tracking, fields, true)
}

/** `POST runs/restore` */
export async function restoreRun(tracking: Tracking, fields: Fields): Promise<object> {
  return setDeleted(tracking, fields, false)
}

/** Finds a run. @throws ProtocolError RESOURCE_DOES_NOT_EXIST. */
export async function findRun(tracking: Tracking, id: string): Promise<TrackedRun> {
  const run = await tracking.findRun(id)
  if (run === undefined) throw missing(`Run with id=${id} not found`)
  return run
}

/** Finds a run that may be written to. */
export async function findActiveRun(tracking: Tracking, id: string): Promise<TrackedRun> {
  const run = await findRun(tracking, id)
  if (!run.deleted) return run
  throw invalid(`The run ${id} must be in the 'active' state. Current state is deleted.`)
}

/** Reads the name of a run: one line, at most 250 characters; undefined where it is empty. */
export function readName(text: string): string | undefined {
  if (text === '') return undefined
  const name = truncate(text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim(), LIMITS.key).trim()
  if (!isValidKey(name)) throw invalid(`Invalid run name: ${JSON.stringify(text)}`)
  return name
}

// A script that chooses an experiment and then finds MLFLOW_RUN_ID refuses a run of another experiment.
function joinChosen(tracking: Tracking, run: TrackedRun): void {
  const { chosen } = tracking
  if (chosen === undefined || !tracking.isWrapped(run.run)) return
  tracking.chosen = undefined
  if (chosen === (run.experiment ?? DEFAULT_EXPERIMENT)) return
  tracking.append(run, [{ time: tracking.world.now(), experiment: chosen }])
}

async function setDeleted(tracking: Tracking, fields: Fields, deleted: boolean): Promise<object> {
  const run = await findRun(tracking, fields.runId())
  if (run.deleted !== deleted) tracking.append(run, [{ time: tracking.world.now(), deleted }], true)
  return {}
}

// The run of `git model run` ends with its command, whatever its script says before; any other ends here.
function statusEvents(
  tracking: Tracking,
  run: TrackedRun,
  status: RunStatus,
  end: number | undefined,
): JournalEvent[] {
  const time = tracking.world.now()
  if (status === 'running') return run.status === 'running' ? [] : [{ time, status }]
  if (tracking.isWrapped(run.run)) return [{ time, status }]
  return [{ time, finish: { status, ...(end !== undefined && { at: end }) } }]
}

function readStatus(value: unknown): RunStatus | undefined {
  if (value === undefined) return undefined
  const name = typeof value === 'number' ? STATUSES[value - 1] : STATUSES.find((each) => each === value)
  if (name === undefined)
    throw invalid(`Invalid value ${JSON.stringify(value)} for parameter 'status' supplied.`)
  // A scheduled run is one that has not ended.
  return name === 'SCHEDULED' ? 'running' : (name.toLowerCase() as RunStatus)
}

function readInstant(fields: Fields, name: string): number | undefined {
  const time = fields.optionalInteger(name)
  if (time === undefined || (time >= 0 && time <= LAST_INSTANT)) return time
  throw invalid(`Invalid value ${time} for parameter '${name}' supplied: it is no time in milliseconds`)
}

function readTags(fields: Fields): Map<string, string> {
  return new Map(
    fields.objects('tags').map((tag, index) => {
      const key = tag.text('key')
      checkKey(key, `tags[${index}].key`)
      checkLength('key', LIMITS.key, key)
      return [key, truncate(tag.text('value'), LIMITS.tag)] as const
    }),
  )
}

function twoNames(name: string, tagged: string): Error {
  return invalid(
    "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
      `(run_name='${name}', mlflow.runName='${tagged}').`,
  )
}

function isOid(text: string | undefined): text is Oid {
  return text !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}
