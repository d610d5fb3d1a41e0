import { randomBytes } from 'node:crypto'
import type { ModelVersion, RegisteredModel } from '../../domain/entity.ts'
import { escapeKey, flatten } from '../../domain/flatten.ts'
import { greatest } from '../../domain/greatest.ts'
import { missingField, type Fields } from '../fields.ts'
import { cutPage } from '../page.ts'
import { invalid, missing } from '../protocol-error.ts'
import { matchesClauses, orderBy, parseClauses } from '../search-clauses.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkLength } from '../validate.ts'
import { STAGES, toModelVersion, versionsOf, type NumberedVersion } from '../wire/to-registered-model.ts'
import { checkSource } from './check-source.ts'
import { findOrigin, findStorage } from './version-origin.ts'
import {
  editModel,
  findRegisteredModel,
  isPromptSource,
  liveModels,
  readRegistryTag,
  readRegistryTags,
  readSize,
  splitPrompts,
} from './registry.ts'

const PAGE = 10_000
const MOST = 200_000

/** `POST model-versions/create`: the next number; none is ever given twice. */
export async function createVersion(tracking: Tracking, fields: Fields): Promise<object> {
  const source = fields.requiredText('source')
  const tags = readRegistryTags(fields)
  const asked = { run: fields.text('run_id'), model: fields.text('model_id') }
  if (!isPromptSource(source, tags)) checkSource(source, asked)
  const origin = await findOrigin(tracking, source, asked.model)
  const run = asked.run || origin?.run
  const [link, description] = [fields.text('run_link'), fields.text('description')]
  const now = tracking.world.now()
  const version: ModelVersion = {
    id: randomBytes(8).toString('hex'),
    created: now,
    updated: now,
    source,
    ...(run !== undefined && { run }),
    ...(origin?.model !== undefined && { model: origin.model }),
    ...(link !== '' && { link }),
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  }
  let number = ''
  const model = await editModel(tracking, fields, (registers, known) => {
    number = String(greatest(Object.keys(known.versions ?? {}).map(Number), 0) + 1)
    for (const [path, value] of flatten({ ...version })) registers.set(`versions/${number}/${path}`, value)
  })
  return { model_version: toModelVersion(model, [number, version]) }
}

/** `GET model-versions/get` */
export async function getVersion(tracking: Tracking, fields: Fields): Promise<object> {
  const { model, version } = await findVersion(tracking, fields)
  return { model_version: toModelVersion(model, version) }
}

/** `PATCH model-versions/update` */
export async function updateVersion(tracking: Tracking, fields: Fields): Promise<object> {
  return editVersion(tracking, fields, { description: fields.text('description') })
}

/** `DELETE model-versions/delete`: its aliases go along, its number does not come back. */
export async function deleteVersion(tracking: Tracking, fields: Fields): Promise<object> {
  const { version } = await findVersion(tracking, fields)
  await editModel(tracking, fields, (registers, model) => {
    registers.set(`versions/${version[0]}/deleted`, true)
    for (const [alias, number] of Object.entries(model.aliases ?? {})) {
      if (number === version[0]) registers.delete(`aliases/${escapeKey(alias)}`)
    }
  })
  return {}
}

/** `POST model-versions/transition-stage` */
export async function transitionStage(tracking: Tracking, fields: Fields): Promise<object> {
  const asked = fields.requiredText('stage')
  const stage = STAGES.find((each) => each.toLowerCase() === asked.toLowerCase())
  if (stage === undefined) {
    throw invalid(`Invalid Model Version stage: ${asked}. Value must be one of ${STAGES.join(', ')}.`)
  }
  const archives = fields.flag('archive_existing_versions')
  if (archives && stage !== 'Staging' && stage !== 'Production') {
    throw invalid(
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. ` +
        'Valid stages are Staging, Production',
    )
  }
  const { version } = await findVersion(tracking, fields)
  const now = tracking.world.now()
  const others = new Set<string>()
  const model = await editModel(tracking, fields, (registers, known) => {
    for (const [number, other] of versionsOf(known)) {
      if (archives && number !== version[0] && other.stage === stage) others.add(number)
    }
    for (const number of others) registers.set(`versions/${number}/stage`, 'Archived')
    registers.set(`versions/${version[0]}/stage`, stage)
    for (const number of [...others, version[0]]) registers.set(`versions/${number}/updated`, now)
  })
  return { model_version: toModelVersion(model, [version[0], model.versions![version[0]]!]) }
}

/** `GET model-versions/get-download-uri` */
export async function getDownloadUri(tracking: Tracking, fields: Fields): Promise<object> {
  const { version } = await findVersion(tracking, fields)
  return { artifact_uri: await findStorage(tracking, version[1].source) }
}

/** `POST model-versions/set-tag` */
export async function setVersionTag(tracking: Tracking, fields: Fields): Promise<object> {
  const [key, value] = readRegistryTag(fields)
  await editVersion(tracking, fields, { [`tags/${escapeKey(key)}`]: value })
  return {}
}

/** `DELETE model-versions/delete-tag` */
export async function deleteVersionTag(tracking: Tracking, fields: Fields): Promise<object> {
  const key = fields.requiredText('key')
  await editVersion(tracking, fields, { [`tags/${escapeKey(key)}`]: undefined })
  return {}
}

/** `POST registered-models/alias` */
export async function setAlias(tracking: Tracking, fields: Fields): Promise<object> {
  const alias = readAlias(fields)
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.")
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`)
  const { version } = await findVersion(tracking, fields)
  await editModel(tracking, fields, (registers) => registers.set(`aliases/${escapeKey(alias)}`, version[0]))
  return {}
}

/** `DELETE registered-models/alias`: one that is not there is no error. */
export async function deleteAlias(tracking: Tracking, fields: Fields): Promise<object> {
  const alias = readAlias(fields)
  await editModel(tracking, fields, (registers) => registers.delete(`aliases/${escapeKey(alias)}`))
  return {}
}

/** `GET registered-models/alias` */
export async function getByAlias(tracking: Tracking, fields: Fields): Promise<object> {
  const alias = readAlias(fields)
  const model = await findRegisteredModel(tracking, fields)
  const number = Object.hasOwn(model.aliases ?? {}, alias) ? model.aliases![alias] : undefined
  const version = versionsOf(model).find(([each]) => each === number)
  if (version === undefined) throw invalid(`Registered model alias ${alias} not found.`)
  return { model_version: toModelVersion(model, version) }
}

/** `GET model-versions/search`: the newest first. */
export async function searchVersions(tracking: Tracking, fields: Fields): Promise<object> {
  const size = readSize(fields, PAGE, MOST)
  const { clauses, isWanted } = splitPrompts(parseClauses(fields.text('filter')))
  for (const { group, key } of clauses) {
    if (group !== 'tag' && !(group === 'attribute' && ATTRIBUTES.has(key))) {
      throw invalid(`Invalid attribute name: ${key}`)
    }
  }
  await tracking.refresh()
  const all = liveModels(tracking).flatMap((model) =>
    versionsOf(model).map((version) => ({ model, version })),
  )
  const fitting = all.filter(
    ({ model, version }) =>
      isWanted(version[1].tags) &&
      matchesClauses(clauses, (group, key) => {
        if (group === 'attribute') return ATTRIBUTES.get(key)!(model, version)
        const { tags = {} } = version[1]
        return Object.hasOwn(tags, key) ? String(tags[key]) : undefined
      }),
  )
  const keys = [...fields.texts('order_by'), 'last_updated_timestamp DESC', 'name ASC', 'version_number DESC']
  const sorted = orderBy(fitting, keys, ({ model, version }, key) => ATTRIBUTES.get(key)!(model, version), [
    ...ATTRIBUTES.keys(),
  ])
  const { items, ...rest } = cutPage(sorted, size, fields.text('page_token'))
  const versions = items.map(({ model, version }) => toModelVersion(model, version))
  return { ...(versions.length > 0 && { model_versions: versions }), ...rest }
}

type Reader = (model: RegisteredModel, version: NumberedVersion) => string | number | undefined

const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['name', ({ name }) => name],
  ['version_number', (_, [number]) => Number(number)],
  ['run_id', (_, [, { run = '' }]) => run],
  ['source_path', (_, [, { source }]) => source],
  ['creation_timestamp', (_, [, { created }]) => created],
  ['last_updated_timestamp', (_, [, { updated }]) => updated],
])

async function findVersion(
  tracking: Tracking,
  fields: Fields,
): Promise<{ model: RegisteredModel; version: NumberedVersion }> {
  const name = fields.requiredText('name')
  const asked = fields.raw('version')
  if (asked === undefined || asked === '') throw missingField('version')
  const number = typeof asked === 'number' ? String(asked) : fields.requiredText('version')
  if (!/^\d{1,9}$/.test(number)) throw invalid(`Parameter 'version' must be an integer, got '${number}'.`)
  const model = await findRegisteredModel(tracking, fields)
  const version = versionsOf(model).find(([each]) => Number(each) === Number(number))
  if (version === undefined) throw missing(`Model Version (name=${name}, version=${number}) not found`)
  return { model, version }
}

async function editVersion(
  tracking: Tracking,
  fields: Fields,
  changes: Readonly<Record<string, unknown>>,
): Promise<object> {
  const { version } = await findVersion(tracking, fields)
  const now = tracking.world.now()
  const model = await editModel(tracking, fields, (registers) => {
    for (const [path, value] of Object.entries({ ...changes, updated: now })) {
      if (value === undefined) registers.delete(`versions/${version[0]}/${path}`)
      else registers.set(`versions/${version[0]}/${path}`, value)
    }
  })
  return { model_version: toModelVersion(model, [version[0], model.versions![version[0]]!]) }
}

function readAlias(fields: Fields): string {
  const alias = fields.requiredText('alias')
  if (!/^[\p{L}\p{M}\p{N}\p{Pc}-]*$/u.test(alias)) {
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  checkLength('Registered model alias name', 255, alias)
  return alias
}
