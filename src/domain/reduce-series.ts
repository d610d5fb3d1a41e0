import { fromStored } from './number.ts'
import type { Series, SeriesColumns } from './series.ts'

/** How many points all metrics of a reduced series have together, about. */
const POINTS = 120_000
/** As few points a metric keeps at least, where there are very many metrics. */
const FEWEST = 4

/**
 * Returns a series of some megabytes at most that looks like the whole one: of each metric the first and the last
 * point, and the lowest and the highest of each of as many stretches as there is room for.
 */
export function reduceSeries(series: Series): Series {
  const entries = Object.entries(series.metrics)
  const most = Math.max(FEWEST, Math.floor(POINTS / Math.max(1, entries.length)))
  const metrics = Object.fromEntries(entries.map(([name, columns]) => [name, reduceColumns(columns, most)]))
  return { ...series, metrics, reduced: true }
}

function reduceColumns(columns: SeriesColumns, most: number): SeriesColumns {
  const { length } = columns.step
  if (length <= most) return columns
  const stretches = Math.floor((most - 2) / 2)
  const kept = new Set([0])
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches)
    const to = Math.floor(((stretch + 1) * length) / stretches)
    for (const index of extremes(columns, from, to)) kept.add(index)
  }
  const indices = [...kept.add(length - 1)].sort((a, b) => a - b)
  return {
    step: indices.map((index) => columns.step[index]!),
    value: indices.map((index) => columns.value[index]!),
    time: indices.map((index) => columns.time[index]!),
  }
}

// A stretch without a number is one point, which says so.
function extremes({ value }: SeriesColumns, from: number, to: number): number[] {
  let [low, high] = [from, from]
  for (let index = from; index < to; index++) {
    const number = fromStored(value[index]!)
    if (!(number >= fromStored(value[low]!))) low = Number.isNaN(number) ? low : index
    if (!(number <= fromStored(value[high]!))) high = Number.isNaN(number) ? high : index
  }
  return [low, high]
}
