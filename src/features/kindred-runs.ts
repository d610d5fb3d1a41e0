import { columnName } from '../domain/run-cells.ts'
import type { RunRecord } from '../domain/run.ts'
import type { RunGroup } from '../domain/side.ts'
import { stableJson } from '../domain/stable-json.ts'
import type { Store } from '../store/store.ts'
import { askRuns } from '../store/run-index.ts'

/** Paths of the models that a run is to speak for, and of all others. */
export interface ModelPaths {
  own: readonly string[]
  others: readonly string[]
}

/**
 * Returns the finished runs that repeat a run with another value of one parameter, such as the seed: of the same code,
 * experiment, kind and models, and with all other parameters the same. The run itself comes first. Each value counts
 * once, by its newest run: to repeat a seed says nothing new of how much seeds matter. Runs from one commit have the same
 * code where none of them had uncommitted changes; the others are counted, and left out.
 */
export async function kindredRuns(
  store: Store,
  record: RunRecord,
  param: string,
  models: ModelPaths,
): Promise<RunGroup> {
  const { commit, tree } = record.code
  const found = await askRuns(store, async (runs) => {
    const rows = [
      ...runs.findDigits(columnName('attribute', 'code.commit'), [commit], ({ code }) => [code.commit]),
      ...runs.findDigits(columnName('attribute', 'code.tree'), [tree], ({ code }) => [code.tree]),
    ]
    return runs.load([...new Set(rows)].filter((row) => !runs.isDeleted(row)))
  })
  const wanted = keyOf(record, param)
  const alike = found
    .map((run) => run.record)
    .filter(
      (other) => other.status === 'finished' && keyOf(other, param) === wanted && speaksFor(other, models),
    )
    .sort((a, b) => (a.started < b.started ? -1 : Number(a.started > b.started)) || (a.run < b.run ? -1 : 1))
  const kin = alike.filter((other) => other.run === record.run || hasSameCode(record, other))
  const newest = new Map(kin.map((other) => [valueOf(other, param), other]))
  newest.delete(valueOf(record, param))
  const others = [...newest.values()].sort((a, b) => (a.run < b.run ? -1 : 1))
  return { param, runs: [record, ...others], edited: alike.length - kin.length }
}

function hasSameCode(record: RunRecord, other: RunRecord): boolean {
  const [one, two] = [record.code, other.code]
  return one.tree === two.tree || (one.commit === two.commit && !one.dirty && !two.dirty)
}

// One that wrote another model, and not this one, says nothing of it.
function speaksFor({ outputs }: RunRecord, { own, others }: ModelPaths): boolean {
  const wrote = (path: string): boolean =>
    (outputs?.files ?? []).some((file) => file.path === path || file.path.startsWith(`${path}/`))
  return own.some(wrote) || !others.some(wrote)
}

function valueOf({ params = {} }: RunRecord, param: string): string {
  return stableJson(Object.hasOwn(params, param) ? [params[param]] : [])
}

function keyOf({ experiment, kind, params = {} }: RunRecord, param: string): string {
  const others = Object.entries(params).filter(([name]) => name !== param)
  return stableJson([experiment, kind, Object.fromEntries(others)])
}
