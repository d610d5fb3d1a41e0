import { it } from 'vitest'
import { filterView } from '../../src/domain/filter-view.ts'
import { parseFilter } from '../../src/domain/filter-parse.ts'
import { matchesFilter } from '../../src/domain/filter-match.ts'
import { parseSort } from '../../src/domain/sort-key.ts'
import { sortRuns } from '../../src/domain/sort-runs.ts'
import { defaultColumns } from '../../src/domain/run-columns.ts'
import { renderRuns } from '../../src/cli/render/runs.ts'
import { makeColors } from '../../src/cli/colors.ts'
import { runRecord } from './run-record.ts'
it('perf', () => {
  const runs = Array.from({ length: 100_000 }, (_, i) => ({ live: false, record: runRecord({ run: i.toString(16).padStart(40, '0'), name: `r${i}`, params: { lr: Math.random(), b: i }, metrics: { acc: Math.random(), loss: Math.random() } }) }))
  let t = performance.now(); const lap = (s: string) => { console.log(s, Math.round(performance.now() - t)); t = performance.now() }
  const f = parseFilter("metrics.acc > 0.1 and params.lr < 0.9 and name LIKE 'r%1%2%'")
  console.log(runs.filter(({ record }) => matchesFilter(f, filterView(record))).length); lap('filter')
  const s = sortRuns(runs, parseSort('metrics.acc, params.lr DESC'), ({ record }) => filterView(record)); lap('sort')
  const c = defaultColumns(s.map((r) => r.record), {}); lap('columns')
  renderRuns(s, c, { format: 'csv', now: 0, colors: makeColors(false) }); lap('csv')
  renderRuns(s, c, { format: 'text', now: 0, colors: makeColors(false), width: 100 }); lap('text')
})
