import type { RunDataset } from '../../domain/logged-model.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../protocol-error.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkLength } from '../validate.ts'
import { findActiveRun } from './runs.ts'

const LIMITS = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 } as const

/** `POST runs/log-inputs`: data sets and logged models that the run reads. */
export async function logInputs(tracking: Tracking, fields: Fields): Promise<object> {
  const id = fields.runId()
  const datasets = fields.objects('datasets').map(readDataset)
  const models = fields.objects('models').map((model) => model.requiredText('model_id'))
  const run = await findActiveRun(tracking, id)
  const known = new Set([...run.datasets.values()].map(({ name, digest }) => `${name}\0${digest}`))
  const added = datasets.filter(({ name, digest }) => {
    const key = `${name}\0${digest}`
    return !known.has(key) && known.add(key)
  })
  tracking.append(run, [
    {
      time: tracking.world.now(),
      ...(added.length > 0 && { datasets: added }),
      ...(models.length > 0 && { model_inputs: models }),
    },
  ])
  return {}
}

function readDataset(input: Fields): RunDataset {
  const dataset = input.object('dataset')
  const tags = input.objects('tags').map((tag) => [tag.text('key'), tag.text('value')] as const)
  const [schema, profile] = [dataset.text('schema'), dataset.text('profile')]
  for (const name of ['name', 'digest', 'source_type', 'source']) {
    if (dataset.text(name) === '') throw invalid(`Dataset ${name} cannot be None`)
  }
  for (const [name, limit] of Object.entries(LIMITS)) checkLength(name, limit, dataset.text(name))
  return {
    name: dataset.text('name'),
    digest: dataset.text('digest'),
    type: dataset.text('source_type'),
    source: dataset.text('source'),
    ...(schema !== '' && { schema }),
    ...(profile !== '' && { profile }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  }
}
