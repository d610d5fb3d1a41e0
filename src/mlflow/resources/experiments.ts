import { editEntity, type Experiment } from '../../domain/entity.ts'
import { escapeKey } from '../../domain/flatten.ts'
import { isValidKey } from '../../domain/run.ts'
import type { Fields } from '../fields.ts'
import { invalid, missing, ProtocolError } from '../protocol-error.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkKey, checkLength, LIMITS } from '../validate.ts'
import { toExperiment } from '../wire/to-experiment.ts'

/** `POST experiments/create` */
export async function createExperiment(tracking: Tracking, fields: Fields): Promise<object> {
  const name = fields.requiredText('name')
  checkName(name)
  const tags = readTags(fields)
  const artifacts = fields.text('artifact_location')
  if (/[?#]/.test(artifacts)) throw invalid("'artifact_location' URL can't include fragments or params.")
  await tracking.refresh()
  tracking.runs()
  if (tracking.experiments.byName(name) !== undefined) throw taken(name)
  const key = freeKey(tracking, name)
  const now = tracking.world.now()
  const made = await tracking.edit('experiment', key, (known, anchor) => {
    if (known !== undefined) throw taken(name)
    return {
      schema: 'experiment/v1',
      anchor,
      key,
      name,
      created: now,
      updated: now,
      ...(artifacts !== '' && { artifacts }),
      ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
      revision: 1,
    }
  })
  tracking.chosen = made.key
  return { experiment_id: tracking.experiments.idOf(made.key) }
}

/** `GET experiments/get` */
export async function getExperiment(tracking: Tracking, fields: Fields): Promise<object> {
  const experiment = await findExperiment(tracking, fields.requiredText('experiment_id'))
  return { experiment: toExperiment(experiment, tracking.experiments.idOf(experiment.key)) }
}

/** `GET experiments/get-by-name` */
export async function getExperimentByName(tracking: Tracking, fields: Fields): Promise<object> {
  const name = fields.requiredText('experiment_name')
  await tracking.refresh()
  tracking.runs()
  const experiment = tracking.experiments.byName(name)
  if (experiment === undefined) throw missing(`Could not find experiment with name '${name}'`)
  tracking.chosen = experiment.key
  return { experiment: toExperiment(experiment, tracking.experiments.idOf(experiment.key)) }
}

/** `POST experiments/update` */
export async function updateExperiment(tracking: Tracking, fields: Fields): Promise<object> {
  const experiment = await findExperiment(tracking, fields.requiredText('experiment_id'))
  const name = fields.requiredText('new_name')
  checkName(name)
  if (experiment.deleted === true) throw invalid('Cannot rename a non-active experiment.')
  const other = tracking.experiments.byName(name)
  if (other !== undefined && other.key !== experiment.key) throw taken(name)
  await edit(tracking, experiment, (registers) => registers.set('name', name))
  return {}
}

/** `POST experiments/delete` */
export async function deleteExperiment(tracking: Tracking, fields: Fields): Promise<object> {
  return setDeleted(tracking, fields.requiredText('experiment_id'), true)
}

/** `POST experiments/restore` */
export async function restoreExperiment(tracking: Tracking, fields: Fields): Promise<object> {
  return setDeleted(tracking, fields.requiredText('experiment_id'), false)
}

/** `POST experiments/set-experiment-tag` */
export async function setExperimentTag(tracking: Tracking, fields: Fields): Promise<object> {
  const [id, key] = [fields.requiredText('experiment_id'), fields.requiredText('key')]
  const value = fields.text('value')
  checkTag(key, value)
  const experiment = await findActiveExperiment(tracking, id)
  await edit(tracking, experiment, (registers) => registers.set(`tags/${escapeKey(key)}`, value))
  return {}
}

/** `POST experiments/delete-experiment-tag` */
export async function deleteExperimentTag(tracking: Tracking, fields: Fields): Promise<object> {
  const [id, key] = [fields.requiredText('experiment_id'), fields.requiredText('key')]
  const experiment = await findActiveExperiment(tracking, id)
  if (!Object.hasOwn(experiment.tags ?? {}, key)) {
    throw missing(`No tag with name: ${key} in experiment with id ${id}`)
  }
  await edit(tracking, experiment, (registers) => registers.delete(`tags/${escapeKey(key)}`))
  return {}
}

/** Finds an experiment by its id. @throws ProtocolError RESOURCE_DOES_NOT_EXIST. */
export async function findExperiment(tracking: Tracking, id: string): Promise<Experiment> {
  await tracking.refresh()
  const known = tracking.experiments.byId(id === '' ? '0' : id)
  if (known !== undefined) return known
  tracking.runs()
  const found = tracking.experiments.byId(id)
  if (found === undefined) throw missing(`No Experiment with id=${id} exists`)
  return found
}

/** Finds an experiment that is not deleted. */
export async function findActiveExperiment(tracking: Tracking, id: string): Promise<Experiment> {
  const experiment = await findExperiment(tracking, id)
  if (experiment.deleted !== true) return experiment
  throw invalid(`The experiment ${id} must be in the 'active' state. Current state is deleted.`)
}

async function setDeleted(tracking: Tracking, id: string, deleted: boolean): Promise<object> {
  const experiment = await findExperiment(tracking, id)
  if ((experiment.deleted === true) === deleted) throw missing(`No Experiment with id=${id} exists`)
  await edit(tracking, experiment, (registers) => {
    if (deleted) registers.set('deleted', true)
    else registers.delete('deleted')
  })
  // Its runs go along, and come back along.
  const time = tracking.world.now()
  for (const run of tracking.runs()) {
    const isOfIt = tracking.experiments.idOf(run.experiment) === id
    if (isOfIt && run.deleted !== deleted) tracking.append(run, [{ time, deleted }])
  }
  return {}
}

// An experiment that only runs name gets its note with its first change.
async function edit(
  tracking: Tracking,
  experiment: Experiment,
  change: Parameters<typeof editEntity>[1],
): Promise<void> {
  const updated = tracking.world.now()
  await tracking.edit('experiment', experiment.key, (known, anchor) =>
    editEntity(known ?? { ...experiment, anchor }, (registers) => {
      change(registers)
      registers.set('updated', updated)
    }),
  )
}

// The key stays when the experiment is renamed, and then its name is free for another.
function freeKey(tracking: Tracking, name: string): string {
  const base = isValidKey(name)
    ? name
    : name
        .replaceAll(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ')
        .trim()
        .slice(0, 230)
        .trim()
  for (let number = 1; ; number++) {
    const key = number === 1 && base !== '' ? base : `${base} (${number})`.trim()
    if (!tracking.experiments.has(key)) return key
  }
}

function readTags(fields: Fields): [string, string][] {
  return fields.objects('tags').map((tag) => {
    const [key, value] = [tag.text('key'), tag.text('value')]
    checkTag(key, value)
    return [key, value]
  })
}

function checkTag(key: string, value: string): void {
  checkKey(key, 'key')
  checkLength('key', LIMITS.key, key)
  checkLength('value', LIMITS.experimentTag, value)
}

function checkName(name: string): void {
  checkLength('name', LIMITS.experimentName, name)
}

function taken(name: string): ProtocolError {
  return new ProtocolError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists.`)
}
