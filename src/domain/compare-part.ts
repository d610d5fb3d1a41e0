import { compareSideMetrics } from './compare-groups.ts'
import type { MetricChange, Verdict } from './compare-metrics.ts'
import { primaryMetric, type Config } from './config.ts'
import type { RunRecord } from './run.ts'
import type { Scalar } from './scalar.ts'
import type { Side } from './side.ts'

/** A parameter that differs. */
export interface ParamChange {
  name: string
  base?: Scalar
  head?: Scalar
}

/** Two sides whose numbers are compared. */
export interface Pair {
  /** The models that these runs made; absent where one run stands for a whole side. */
  of?: string[]
  base: Side
  head: Side
}

/** The numbers of two runs side by side. */
export interface Part extends Pair {
  /** The verdict of the primary metric, or of all that have a goal when they agree. */
  verdict: Verdict | 'mixed' | 'unknown'
  /** The metric that ranks runs by `.gitmodel.yaml`, whether it was measured or not; absent where none does. */
  primary?: string
  metrics: MetricChange[]
  params: ParamChange[]
}

/** Compares the numbers and the parameters of two sides. */
export function comparePart({ of, base, head }: Pair, config: Config): Part {
  const metrics = compareSideMetrics(base, head, config)
  const primary = primaryMetric(config)
  return {
    ...(of !== undefined && { of }),
    base,
    head,
    verdict: overall(metrics),
    ...(primary !== undefined && { primary }),
    metrics,
    params: compareParams(base.record, head.record).filter(({ name }) => name !== head.group?.param),
  }
}

function overall(metrics: readonly MetricChange[]): Part['verdict'] {
  const primary = metrics.find((metric) => metric.primary)
  if (primary !== undefined && primary.base !== undefined && primary.head !== undefined)
    return primary.verdict
  const judged = metrics.filter(
    ({ goal, base, head }) => goal !== undefined && base !== undefined && head !== undefined,
  )
  if (judged.length === 0) return 'unknown'
  const verdicts = new Set(judged.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'same'))
  if (verdicts.size === 0) return 'same'
  return verdicts.size === 1 ? [...verdicts][0]! : 'mixed'
}

function compareParams(base: RunRecord | undefined, head: RunRecord | undefined): ParamChange[] {
  if (base === undefined || head === undefined) return []
  const [left, right] = [
    new Map(Object.entries(base.params ?? {})),
    new Map(Object.entries(head.params ?? {})),
  ]
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .filter(
      (name) => !left.has(name) || !right.has(name) || String(left.get(name)) !== String(right.get(name)),
    )
    .map((name) => {
      const [before, after] = [left.get(name), right.get(name)]
      return {
        name,
        ...(before !== undefined && { base: before }),
        ...(after !== undefined && { head: after }),
      }
    })
}
