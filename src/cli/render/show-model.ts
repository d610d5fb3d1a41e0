import type { ModelCard } from '../../features/show-card.ts'
import type { ShownModel } from '../../features/show-model.ts'
import type { Colors } from '../colors.ts'
import { formatSize } from './number.ts'
import { specOf } from '../../domain/model-spec.ts'
import { formatCommand } from '../../domain/quote-shell.ts'
import { shortRuns } from './show-commit.ts'
import { fileTable } from './show-run.ts'
import type { Fact, Section } from './sections.ts'

const SHORT = 12
const MANY = 20
const CARD_FIELDS = [
  'license',
  'language',
  'pipeline_tag',
  'library_name',
  'base_model',
  'datasets',
  'tags',
  'metrics',
]

/** Lays out all that is known of a model. */
export function modelSections(shown: ShownModel, now: number, colors: Colors): Section[] {
  return [
    { title: `model ${shown.model.name}`, facts: identity(shown) },
    weightsSection(shown),
    producersSection(shown, now, colors),
    cardSection(shown, colors),
  ]
}

function identity({ model, configured }: ShownModel): Fact[] {
  const where = model.revision === undefined ? 'the work tree' : `commit ${model.revision.slice(0, SHORT)}`
  return [
    { label: 'path', value: model.path },
    { label: 'in', value: where },
    { label: 'object', value: model.target?.slice(0, SHORT) ?? 'nothing stands at this path' },
    ...(configured ? [] : [{ label: 'config', value: 'not named in .gitmodel.yaml' }]),
  ]
}

function weightsSection({ model, files, plainSize }: ShownModel): Section {
  const title = 'weights'
  const name = formatCommand(
    model.revision === undefined ? 'HEAD' : model.revision.slice(0, SHORT),
    model.path,
  )
  if (files.length > 0) {
    const isAway = files.some(({ presence }) => presence === 'unfetched')
    const remark = isAway ? { remark: `fetch what is not here: git model checkout ${name}` } : {}
    return { title, table: fileTable(files), ...remark }
  }
  if (model.target === undefined) return { title, remark: absence(model) }
  if (plainSize === 0) return { title, remark: 'an empty file' }
  const size = plainSize === undefined ? 'no file of it is' : `${formatSize(plainSize)} in git itself, not`
  // What was committed stays as it is.
  const since = model.revision === undefined ? '' : ', in this commit; from now on'
  return { title, remark: `${size} in Git LFS${since}: git model weights track ${formatCommand(model.path)}` }
}

function absence({ path, revision }: ShownModel['model']): string {
  return revision === undefined
    ? `absent: bring back an earlier version with git model checkout COMMIT ${formatCommand(path)}`
    : `absent in this commit; others brought or changed it: git log --oneline -- ${formatCommand(`:/${path}`)}`
}

function producersSection({ producers, files, config }: ShownModel, now: number, colors: Colors): Section {
  const title = 'produced by'
  if (producers.length > 0) {
    const rest = producers.length - MANY
    const remark = rest > 0 ? { remark: `and ${rest} more` } : {}
    return { title, table: shortRuns(producers.slice(0, MANY), config, now, colors), ...remark }
  }
  return {
    title,
    remark:
      files.length === 0
        ? 'unknown: a run is found by its weights in Git LFS'
        : 'no run here has these weights among its outputs',
  }
}

function cardSection({ card, model }: ShownModel, colors: Colors): Section {
  const title = 'card'
  const spec = specOf(model)
  if (card.state === 'unfetched')
    return { title, remark: 'not fetched: no cards ever were in this clone: git model sync' }
  if ('problem' in card)
    return { title, remark: `it cannot be read: ${card.problem}: git model card edit ${spec}` }
  if (model.target === undefined && !('card' in card))
    return { title, remark: 'none: a card describes weights' }
  if (!('card' in card)) return { title, remark: `none: git model card new ${spec}` }
  return {
    title,
    facts: [stateFact(card, spec, colors), ...summary(card.card)],
    remark: `all of it: git model card show ${spec}`,
  }
}

function stateFact(card: Extract<ModelCard, { card: object }>, spec: string, colors: Colors): Fact {
  if (card.state === 'current')
    return { label: 'state', value: 'describes these weights', paint: colors.green }
  const of = card.commit === undefined ? '' : ` (those of ${card.commit.slice(0, SHORT)})`
  return {
    label: 'state',
    value: `stale: it describes earlier weights${of}; renew it: git model card new ${spec}`,
    paint: colors.yellow,
  }
}

function summary(card: Record<string, unknown>): Fact[] {
  const facts = CARD_FIELDS.flatMap((field) => {
    const value = card[field]
    const text = Array.isArray(value) ? value.filter(isShort).join(', ') : isShort(value) ? String(value) : ''
    return Object.hasOwn(card, field) && text !== '' ? [{ label: field, value: text }] : []
  })
  return facts
}

function isShort(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
