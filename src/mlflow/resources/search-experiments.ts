import type { Fields } from '../fields.ts'
import { cutPage } from '../page.ts'
import { invalid } from '../protocol-error.ts'
import { matchesClauses, orderBy, parseClauses } from '../search-clauses.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { checkMaxResults } from '../validate.ts'
import { readViewType } from '../view-type.ts'
import { toExperiment } from '../wire/to-experiment.ts'

const KEYS = ['experiment_id', 'name', 'creation_time', 'last_update_time']

/** `POST` and `GET experiments/search`: the one that changed last comes first. */
export async function searchExperiments(tracking: Tracking, fields: Fields): Promise<object> {
  const size = checkMaxResults(fields.optionalInteger('max_results') ?? 0)
  const clauses = parseClauses(fields.text('filter'), ['tag'])
  for (const { group, key } of clauses) {
    if (group === 'tag' || (group === 'attribute' && KEYS.includes(key))) continue
    throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '${KEYS.join("', '")}'`)
  }
  const isShown = readViewType(fields.raw('view_type'))
  await tracking.refresh()
  tracking.runs()
  const fitting = tracking.experiments.all().filter((experiment) => {
    const { name, created, updated, tags, deleted } = experiment
    if (!isShown(deleted === true)) return false
    return matchesClauses(clauses, (group, key) => {
      if (group === 'tag') return Object.hasOwn(tags ?? {}, key) ? String(tags![key]) : undefined
      const id = tracking.experiments.idOf(experiment.key)
      return { name, creation_time: created, last_update_time: updated, experiment_id: id }[key]
    })
  })
  const keys = [...fields.texts('order_by'), 'creation_time DESC', 'experiment_id ASC']
  const idOf = tracking.experiments.idOf.bind(tracking.experiments)
  const sorted = orderBy(
    fitting,
    keys,
    ({ key, name, created, updated }, field) =>
      ({ experiment_id: idOf(key), name, creation_time: created, last_update_time: updated })[field],
    KEYS,
  )
  const { items, ...rest } = cutPage(sorted, size, fields.text('page_token'))
  const experiments = items.map((experiment) => toExperiment(experiment, idOf(experiment.key)))
  return { ...(experiments.length > 0 && { experiments }), ...rest }
}
