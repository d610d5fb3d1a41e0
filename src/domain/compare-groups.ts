import { compareMetrics, type MetricChange } from './compare-metrics.ts'
import type { Config } from './config.ts'
import { fromStored, toStored } from './number.ts'
import type { RunRecord } from './run.ts'
import type { Side } from './side.ts'
import { spreadOf, welchInterval, type MetricSpread, type Spread } from './spread.ts'

/** Compares the metrics of two sides: of their runs, or the means of their groups where they have such. */
export function compareSideMetrics(base: Side, head: Side, config: Config): MetricChange[] {
  if (base.group === undefined && head.group === undefined)
    return compareMetrics(base.record, head.record, config)
  const [left, right] = [spreadsOf(base), spreadsOf(head)]
  const changes = compareMetrics(meanRecord(base, left), meanRecord(head, right), config)
  return changes.map((change) => ({
    ...change,
    spread: compareSpreads(left.get(change.name), right.get(change.name)),
  }))
}

function compareSpreads(base: Spread | undefined, head: Spread | undefined): MetricSpread {
  const interval = base === undefined || head === undefined ? undefined : welchInterval(base, head)
  return {
    ...(base !== undefined && { base }),
    ...(head !== undefined && { head }),
    ...(interval !== undefined && { interval, isNoise: interval[0] <= 0 && interval[1] >= 0 }),
  }
}

function spreadsOf({ group, record }: Side): Map<string, Spread> {
  const runs = group?.runs ?? (record === undefined ? [] : [record])
  const values = new Map<string, number[]>()
  for (const [name, { last }] of runs.flatMap(({ metrics = {} }) => Object.entries(metrics)))
    values.set(name, [...(values.get(name) ?? []), fromStored(last)])
  return new Map([...values].map(([name, found]) => [name, spreadOf(found)!]))
}

function meanRecord({ record }: Side, spreads: ReadonlyMap<string, Spread>): RunRecord | undefined {
  if (record === undefined) return undefined
  const metrics = [...spreads].map(([name, { n, mean }]) => {
    const last = toStored(mean)
    return [name, { last, step: 0, min: last, max: last, count: n, time: 0 }] as const
  })
  return { ...record, metrics: Object.fromEntries(metrics) }
}
