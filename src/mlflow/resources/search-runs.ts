import { matchesFilter } from '../../domain/filter-match.ts'
import { parseFilter } from '../../domain/filter-parse.ts'
import type { FilterView } from '../../domain/filter-view.ts'
import { fromStored } from '../../domain/number.ts'
import { parseSort } from '../../domain/sort-key.ts'
import { sortRuns } from '../../domain/sort-runs.ts'
import { wrongType, type Fields } from '../fields.ts'
import { cutPage } from '../page.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkMaxResults } from '../validate.ts'
import { readViewType } from '../view-type.ts'
import { artifactUri, tagsOf, toRun, userOf } from '../wire/to-run.ts'

const PAGE = 1000
const MOST = 50_000
const CONTEXT_TAG = 'mlflow.data.context'

/** `POST runs/search` */
export async function searchRuns(tracking: Tracking, fields: Fields): Promise<object> {
  const filter = parseFilter(fields.text('filter'), { strict: true })
  const keys = fields.texts('order_by').flatMap((text) => parseSort(text, { strict: true }))
  const size = fields.optionalInteger('max_results') ?? PAGE
  if (size > MOST) throw wrongType('max_results', size)
  checkMaxResults(size)
  const isShown = readViewType(fields.raw('run_view_type'))
  const wanted = new Set(fields.texts('experiment_ids'))
  await tracking.refresh()
  const idOf = (run: TrackedRun): string => tracking.experiments.idOf(run.experiment)
  const fitting = tracking.runs().filter((run) => {
    if (run.isHost || !isShown(run.deleted) || !wanted.has(idOf(run))) return false
    return filter.clauses.length === 0 || matchesFilter(filter, viewOf(run, idOf(run)))
  })
  const sorted = sortRuns(fitting, keys, (run) => viewOf(run, idOf(run)), { strict: true })
  const { items, ...rest } = cutPage(sorted, size, fields.text('page_token'))
  const runs = items.map((run) => toRun(run, idOf(run)))
  return { ...(runs.length > 0 && { runs }), ...rest }
}

function viewOf(run: TrackedRun, experiment: string): FilterView {
  return {
    metric: (key) => {
      const latest = run.metrics.latest.get(key)
      return latest === undefined ? undefined : fromStored(latest.value)
    },
    param: (key) => run.params.get(key),
    tag: (key) => run.tags.get(key) ?? tagsOf(run).get(key),
    attribute: (name) => ATTRIBUTES.get(name)?.(run, experiment),
    datasets: [...run.datasets.values()].map(({ name, digest, tags }) => {
      const context = tags?.[CONTEXT_TAG]
      return { name, digest, ...(context !== undefined && { context: String(context) }) }
    }),
  }
}

type Reader = (run: TrackedRun, experiment: string) => string | number | undefined

const ATTRIBUTES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['run_id', ({ run }) => run],
  ['run_name', ({ name }) => name],
  ['status', ({ status }) => status.toUpperCase()],
  ['start_time', ({ started }) => started],
  ['end_time', ({ finished }) => finished],
  ['user_id', userOf],
  ['artifact_uri', ({ run }, experiment) => artifactUri(run, experiment)],
])
