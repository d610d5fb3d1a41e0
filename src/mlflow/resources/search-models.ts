import { fromStored } from '../../domain/number.ts'
import { missingField, type Fields } from '../fields.ts'
import { cutPage } from '../page.ts'
import { invalid } from '../protocol-error.ts'
import { compareValues, matchesClauses, parseClauses, type Compared } from '../search-clauses.ts'
import { listModels, type FoundModel } from '../tracking/find-model.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { metricsOf, toModel, type MeasuredMetric } from '../wire/to-model.ts'

const PAGE = 100
const STATUS_NUMBERS = { pending: 1, ready: 2, failed: 3 } as const

/** Which data set a metric was measured on; everything that is absent fits. */
interface DatasetFilter {
  readonly name: string
  readonly digest: string
}

/** `POST logged-models/search`: the newest first. */
export async function searchModels(tracking: Tracking, fields: Fields): Promise<object> {
  if (!fields.has('experiment_ids')) throw missingField('experiment_ids')
  const ids = new Set(fields.texts('experiment_ids'))
  const clauses = parseClauses(fields.text('filter'))
  const datasets = fields.objects('datasets').map(readDataset)
  if (datasets.some(({ name }) => name === '')) {
    throw invalid('`dataset_name` in the `datasets` clause must be specified.')
  }
  const all = (await listModels(tracking)).filter(({ run }) =>
    ids.has(tracking.experiments.idOf(run.experiment)),
  )
  const hasMetricClause = clauses.some(({ group }) => group === 'metric')
  const fitting = all.filter((found) => {
    const measured = metricsOf(tracking, found.id).filter((metric) => isOn(metric, datasets))
    if (datasets.length > 0 && !hasMetricClause && measured.length === 0) return false
    return matchesClauses(clauses, (group, key) => readField(tracking, found, measured, group, key))
  })
  const orders = fields.objects('order_by').map(readOrder)
  const keyOf = (found: FoundModel, { field, dataset }: Order): string | number | undefined => {
    const metric = METRIC.exec(field)?.[1]
    if (metric !== undefined) return latest(metricsOf(tracking, found.id), metric, dataset)
    return attribute(tracking, found, field)
  }
  const sorted = fitting.toSorted((a, b) => {
    for (const order of orders) {
      const result = compareValues(keyOf(a, order), keyOf(b, order), order.sign)
      if (result !== 0) return result
    }
    return b.model.created - a.model.created || (a.id < b.id ? -1 : 1)
  })
  const { items, ...rest } = cutPage(
    sorted,
    fields.optionalInteger('max_results') || PAGE,
    fields.text('page_token'),
  )
  const models = items.map((found) => toModel(tracking, found))
  return { ...(models.length > 0 && { models }), ...rest }
}

const METRIC = /^metrics\.(.+)$/

interface Order {
  readonly field: string
  readonly sign: 1 | -1
  readonly dataset: DatasetFilter
}

function readOrder(order: Fields): Order {
  const field = order.requiredText('field_name')
  if (!METRIC.test(field) && !ATTRIBUTES.has(field)) throw invalid(`Invalid order by field name: ${field}`)
  return { field, sign: order.raw('ascending') === false ? -1 : 1, dataset: readDataset(order) }
}

function readField(
  tracking: Tracking,
  found: FoundModel,
  measured: readonly MeasuredMetric[],
  group: string,
  key: string,
): Compared {
  const { params, tags } = found.model
  if (group === 'metric')
    return measured.filter(({ metric }) => metric === key).map(({ value }) => fromStored(value))
  if (group === 'param') return Object.hasOwn(params ?? {}, key) ? String(params![key]) : undefined
  if (group === 'tag') return Object.hasOwn(tags ?? {}, key) ? String(tags![key]) : undefined
  if (!ATTRIBUTES.has(key)) throw invalid(`Invalid attribute '${key}' of a logged model`)
  return attribute(tracking, found, key)
}

type Reader = (found: FoundModel, experiment: string) => string | number | undefined

const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['name', ({ model }) => model.name],
  ['model_id', ({ id }) => id],
  ['model_type', ({ model }) => model.type],
  ['status', ({ model }) => STATUS_NUMBERS[model.status]],
  ['source_run_id', ({ run }) => (run.isHost ? undefined : run.run)],
  ['experiment_id', (_, experiment) => experiment],
  ...['creation_time', 'creation_timestamp', 'creation_timestamp_ms'].map(
    (name) => [name, ({ model }: FoundModel) => model.created] as const,
  ),
  ...['last_updated_timestamp', 'last_updated_timestamp_ms'].map(
    (name) => [name, ({ model }: FoundModel) => model.updated] as const,
  ),
])

function attribute(tracking: Tracking, found: FoundModel, key: string): string | number | undefined {
  return ATTRIBUTES.get(key)?.(found, tracking.experiments.idOf(found.run.experiment))
}

function readDataset(fields: Fields): DatasetFilter {
  return { name: fields.text('dataset_name'), digest: fields.text('dataset_digest') }
}

function isOn(metric: MeasuredMetric, datasets: readonly DatasetFilter[]): boolean {
  return datasets.length === 0 || datasets.some((dataset) => fits(metric, dataset))
}

function fits({ dataset, digest }: MeasuredMetric, wanted: DatasetFilter): boolean {
  return (wanted.name === '' || dataset === wanted.name) && (wanted.digest === '' || digest === wanted.digest)
}

function latest(metrics: readonly MeasuredMetric[], key: string, dataset: DatasetFilter): number | undefined {
  const found = metrics.filter((metric) => metric.metric === key && fits(metric, dataset))
  const [first] = found.sort((a, b) => b.time - a.time || b.step - a.step || (a.run < b.run ? -1 : 1))
  return first === undefined ? undefined : fromStored(first.value)
}
