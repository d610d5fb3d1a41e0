import { columnName } from '../domain/run-cells.ts'
import type { RunRecord } from '../domain/run.ts'
import { stableJson } from '../domain/stable-json.ts'
import type { Store } from '../store/store.ts'
import { askRuns } from '../store/run-index.ts'

/**
 * Returns the finished runs that repeat a run with another value of one parameter, such as the seed: of the same code
 * (commit or tree), experiment and kind, and with all other parameters the same. The run itself comes first. Each value counts
 * once, by its newest run: to repeat a seed says nothing new of how much seeds matter.
 */
export async function kindredRuns(store: Store, record: RunRecord, param: string): Promise<RunRecord[]> {
  const { commit, tree } = record.code
  const found = await askRuns(store, async (runs) => {
    const rows = [
      ...runs.findDigits(columnName('attribute', 'code.commit'), [commit], ({ code }) => [code.commit]),
      ...runs.findDigits(columnName('attribute', 'code.tree'), [tree], ({ code }) => [code.tree]),
    ]
    return runs.load([...new Set(rows)].filter((row) => !runs.isDeleted(row)))
  })
  const wanted = keyOf(record, param)
  const newest = new Map<string, RunRecord>()
  const kin = found
    .map((run) => run.record)
    .filter((other) => other.status === 'finished' && keyOf(other, param) === wanted)
    .sort((a, b) => (a.started < b.started ? -1 : Number(a.started > b.started)) || (a.run < b.run ? -1 : 1))
  for (const other of kin) newest.set(valueOf(other, param), other)
  newest.delete(valueOf(record, param))
  return [record, ...[...newest.values()].sort((a, b) => (a.run < b.run ? -1 : 1))]
}

function valueOf({ params = {} }: RunRecord, param: string): string {
  return stableJson(Object.hasOwn(params, param) ? [params[param]] : [])
}

function keyOf({ experiment, kind, params = {} }: RunRecord, param: string): string {
  const others = Object.entries(params).filter(([name]) => name !== param)
  return stableJson([experiment, kind, Object.fromEntries(others)])
}
