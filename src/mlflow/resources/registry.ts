import { editEntity, type RegisteredModel } from '../../domain/entity.ts'
import { escapeKey } from '../../domain/flatten.ts'
import type { Registers } from '../../domain/registers.ts'
import type { Fields } from '../fields.ts'
import { invalid, missing, ProtocolError } from '../protocol-error.ts'
import { cutPage } from '../page.ts'
import { matchesClauses, orderBy, parseClauses, type Clause } from '../search-clauses.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkKey, checkLength, checkMaxResults, LIMITS } from '../validate.ts'
import { latestVersions, toModelVersion, toRegisteredModel } from '../wire/to-registered-model.ts'

const PAGE = 100
const MOST = 1000

/** `POST registered-models/create` */
export async function createRegisteredModel(tracking: Tracking, fields: Fields): Promise<object> {
  const name = readModelName(fields)
  const tags = readRegistryTags(fields)
  const description = fields.optionalText('description')
  await tracking.refresh()
  if (findByName(tracking, name) !== undefined) throw taken(name)
  const now = tracking.world.now()
  const key = freeKey(tracking, name)
  const model = await tracking.edit('registry', key, (known, anchor) => {
    if (known !== undefined) throw taken(name)
    return {
      schema: 'registry/v1',
      anchor,
      key,
      name,
      created: now,
      updated: now,
      ...(description !== undefined && description !== '' && { description }),
      ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
      revision: 1,
    }
  })
  return { registered_model: toRegisteredModel(model) }
}

/** `GET registered-models/get` */
export async function getRegisteredModel(tracking: Tracking, fields: Fields): Promise<object> {
  return { registered_model: toRegisteredModel(await findRegisteredModel(tracking, fields)) }
}

/** `PATCH registered-models/update` */
export async function updateRegisteredModel(tracking: Tracking, fields: Fields): Promise<object> {
  const description = fields.text('description')
  const model = await editModel(tracking, fields, (registers) => {
    registers.set('description', description)
  })
  return { registered_model: toRegisteredModel(model) }
}

/** `POST registered-models/rename` */
export async function renameRegisteredModel(tracking: Tracking, fields: Fields): Promise<object> {
  const name = fields.text('new_name')
  if (name.trim() === '') throw invalid("Missing value for required parameter 'new_name'.")
  checkModelName(name)
  const { name: former } = await findRegisteredModel(tracking, fields)
  if (name !== former && findByName(tracking, name) !== undefined) throw taken(name)
  const model = await editModel(tracking, fields, (registers) => registers.set('name', name))
  return { registered_model: toRegisteredModel(model) }
}

/** `DELETE registered-models/delete` */
export async function deleteRegisteredModel(tracking: Tracking, fields: Fields): Promise<object> {
  await editModel(tracking, fields, (registers) => registers.set('deleted', true))
  return {}
}

/** `GET registered-models/search`: by name. */
export async function searchRegisteredModels(tracking: Tracking, fields: Fields): Promise<object> {
  const size = readSize(fields, PAGE, MOST)
  const { clauses, isWanted } = splitPrompts(parseClauses(fields.text('filter')))
  for (const { group, key } of clauses) {
    if (group !== 'tag' && !(group === 'attribute' && key === 'name')) {
      throw invalid(`Invalid attribute name: ${key}`)
    }
  }
  await tracking.refresh()
  const fitting = liveModels(tracking).filter(
    (model) =>
      isWanted(model.tags) &&
      matchesClauses(clauses, (group, key) => {
        if (group === 'attribute') return model.name
        return Object.hasOwn(model.tags ?? {}, key) ? String(model.tags![key]) : undefined
      }),
  )
  const keys = [...fields.texts('order_by'), 'name ASC']
  const sorted = orderBy(fitting, keys, (model, key) => (key === 'name' ? model.name : model.updated), [
    'name',
    'timestamp',
    'last_updated_timestamp',
  ])
  const { items, ...rest } = cutPage(sorted, size, fields.text('page_token'))
  const models = items.map(toRegisteredModel)
  return { ...(models.length > 0 && { registered_models: models }), ...rest }
}

/** `POST` and `GET registered-models/get-latest-versions` */
export async function getLatestVersions(tracking: Tracking, fields: Fields): Promise<object> {
  const model = await findRegisteredModel(tracking, fields)
  const stages = fields.texts('stages').map((stage) => stage.toLowerCase())
  const versions = latestVersions(model)
    .filter(([, { stage = 'None' }]) => stages.length === 0 || stages.includes(stage.toLowerCase()))
    .map((version) => toModelVersion(model, version))
  return versions.length > 0 ? { model_versions: versions } : {}
}

/** `POST registered-models/set-tag` */
export async function setModelTag(tracking: Tracking, fields: Fields): Promise<object> {
  const [key, value] = readRegistryTag(fields)
  await editModel(tracking, fields, (registers) => registers.set(`tags/${escapeKey(key)}`, value))
  return {}
}

/** `DELETE registered-models/delete-tag`: one that is not there is no error. */
export async function deleteModelTag(tracking: Tracking, fields: Fields): Promise<object> {
  const key = fields.requiredText('key')
  await editModel(tracking, fields, (registers) => registers.delete(`tags/${escapeKey(key)}`))
  return {}
}

/** Finds a registered model by its name. @throws ProtocolError RESOURCE_DOES_NOT_EXIST. */
export async function findRegisteredModel(tracking: Tracking, fields: Fields): Promise<RegisteredModel> {
  const name = readModelName(fields)
  await tracking.refresh()
  const model = findByName(tracking, name)
  if (model === undefined) throw missing(`Registered Model with name=${name} not found`)
  return model
}

/** Changes a registered model. @param change - as `editEntity` calls it, with the model as git has it. */
export async function editModel(
  tracking: Tracking,
  fields: Fields,
  change: (registers: Registers, model: RegisteredModel) => void,
): Promise<RegisteredModel> {
  const { key } = await findRegisteredModel(tracking, fields)
  const now = tracking.world.now()
  return tracking.edit('registry', key, (known) =>
    editEntity(known!, (registers) => {
      change(registers, known!)
      registers.set('updated', now)
    }),
  )
}

const PROMPT_TAG = 'mlflow.prompt.is_prompt'
const PROMPT_SOURCES: readonly string[] = ['dummy-source', 'prompt-template']

/** Tells whether a version is one of a prompt, whose text is in its tags: its source is a word that stands for that. */
export function isPromptSource(source: string, tags: readonly (readonly [string, string])[]): boolean {
  return PROMPT_SOURCES.includes(source) && tags.some(([key]) => key === PROMPT_TAG)
}

/** Takes out of a filter what clients add to tell prompts from models; prompts are left out unless they are asked for. */
export function splitPrompts(all: readonly Clause[]): {
  clauses: Clause[]
  isWanted: (tags: RegisteredModel['tags']) => boolean
} {
  const isAbout = ({ group, key }: Clause): boolean => group === 'tag' && key === PROMPT_TAG
  const asks = all.some((clause) => {
    const wanted = clause.operator === '=' ? 'true' : clause.operator === '!=' ? 'false' : undefined
    return isAbout(clause) && String(clause.value).toLowerCase() === wanted
  })
  return {
    clauses: all.filter((clause) => !isAbout(clause)),
    isWanted: (tags) => (String(tags?.[PROMPT_TAG] ?? '') === 'true') === asks,
  }
}

/** All registered models that are not deleted. */
export function liveModels(tracking: Tracking): RegisteredModel[] {
  return [...tracking.models.values()].filter(({ deleted }) => deleted !== true)
}

/** Reads a tag of a registered model or a version. */
export function readRegistryTag(fields: Fields): [key: string, value: string] {
  const [key, value] = [fields.requiredText('key'), fields.text('value')]
  checkKey(key, 'key')
  checkLength('key', LIMITS.key, key)
  checkLength('value', LIMITS.registryTag, value)
  return [key, value]
}

/** Reads the tags of something that is made. */
export function readRegistryTags(fields: Fields): [key: string, value: string][] {
  return fields.objects('tags').map(readRegistryTag)
}

/** Reads how many results are asked for. */
export function readSize(fields: Fields, usual: number, most: number): number {
  const size = fields.optionalInteger('max_results') ?? usual
  if (size <= most) return checkMaxResults(size, most)
  throw invalid(
    `Invalid value for request parameter max_results. It must be at most ${most}, but got value ${size}`,
  )
}

function readModelName(fields: Fields): string {
  const name = fields.requiredText('name')
  checkModelName(name)
  return name
}

function checkModelName(name: string): void {
  if (name.trim() === '') throw invalid("Missing value for required parameter 'name'.")
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  if (name === '.' || name.startsWith('..')) throw invalid(`Invalid model name '${name}'.`)
  checkLength('name', 256, name)
}

function findByName(tracking: Tracking, name: string): RegisteredModel | undefined {
  return liveModels(tracking).find((model) => model.name === name)
}

function freeKey(tracking: Tracking, name: string): string {
  for (let number = 1; ; number++) {
    const key = number === 1 ? name : `${name} (${number})`
    if (!tracking.models.has(key)) return key
  }
}

function taken(name: string): ProtocolError {
  return new ProtocolError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`)
}
