import type { Config, Goal, MetricConfig } from './config.ts'
import { fromStored, type StoredNumber } from './number.ts'
import type { MetricSummary, RunRecord } from './run.ts'
import type { MetricSpread } from './spread.ts'

/** What became of a metric. `changed` is said of one for which no direction is better. */
export type Verdict = 'better' | 'worse' | 'same' | 'changed' | 'added' | 'removed'

/** A metric on both sides. */
export interface MetricChange {
  name: string
  base?: StoredNumber
  head?: StoredNumber
  /** head − base; absent where it is not a number. */
  change?: number
  /** (head − base) / |base|; absent where base is 0 or either is not finite. */
  relative?: number
  goal?: Goal
  primary: boolean
  /** The worsening that is allowed, in units of the metric. */
  tolerance: number
  /** The bounds of the gate. */
  min?: number
  max?: number
  /** Whether `.gitmodel.yaml` names the metric, so that the gate looks at it. */
  gated: boolean
  /** Where the sides are groups of runs: how their values spread. `base` and `head` are then means. */
  spread?: MetricSpread
  verdict: Verdict
}

/** Compares the metrics of two runs, the primary one first, then configured ones, then the rest by name. */
export function compareMetrics(
  base: RunRecord | undefined,
  head: RunRecord | undefined,
  config: Config,
): MetricChange[] {
  const configured = new Map(Object.entries(config.metrics ?? {}))
  const [left, right] = [summaries(base), summaries(head)]
  const names = [...new Set([...left.keys(), ...right.keys()])]
  const rank = (name: string): number =>
    configured.get(name)?.primary === true ? 0 : configured.has(name) ? 1 : 2
  return names
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((name) => compareMetric(name, left.get(name)?.last, right.get(name)?.last, configured.get(name)))
}

/** Compares one metric. */
export function compareMetric(
  name: string,
  base: StoredNumber | undefined,
  head: StoredNumber | undefined,
  configured?: MetricConfig,
): MetricChange {
  const config = configured ?? {}
  const tolerance = base === undefined ? 0 : toleranceOf(config, fromStored(base))
  const whole: MetricChange = {
    name,
    ...(base !== undefined && { base }),
    ...(head !== undefined && { head }),
    ...(config.goal !== undefined && { goal: config.goal }),
    primary: config.primary === true,
    tolerance,
    ...(config.min !== undefined && { min: config.min }),
    ...(config.max !== undefined && { max: config.max }),
    gated: configured !== undefined,
    verdict: 'same',
  }
  if (base === undefined) return { ...whole, verdict: 'added' }
  if (head === undefined) return { ...whole, verdict: 'removed' }
  const [from, to] = [fromStored(base), fromStored(head)]
  const change = to - from
  const relative = change / Math.abs(from)
  return {
    ...whole,
    ...(Number.isFinite(change) && { change }),
    ...(Number.isFinite(relative) && { relative }),
    verdict: judge(from, to, config.goal, tolerance),
  }
}

/** Returns the worsening that is allowed, in units of the metric: `"1%"` is relative to |base|. */
export function toleranceOf({ tolerance = 0 }: MetricConfig, base: number): number {
  if (typeof tolerance === 'number') return Math.abs(tolerance)
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(tolerance)?.[1]
  if (percent !== undefined) return (Number(percent) / 100) * (Number.isFinite(base) ? Math.abs(base) : 0)
  return Math.abs(Number(tolerance)) || 0
}

// Not a number is worse than every number. A difference is compared with some slack for what binary
// fractions cannot say: 0.912 - 0.91 is a little more than 0.002.
function judge(base: number, head: number, goal: Goal | undefined, tolerance: number): Verdict {
  if (Object.is(base, head) || base === head) return 'same'
  if (goal === undefined) return 'changed'
  if (Number.isNaN(head)) return 'worse'
  if (Number.isNaN(base)) return 'better'
  const gain = goal === 'max' ? head - base : base - head
  const slack = Number.EPSILON * 4 * Math.max(Math.abs(base), Math.abs(head))
  if (Math.abs(gain) <= tolerance + (Number.isFinite(slack) ? slack : 0)) return 'same'
  return gain > 0 ? 'better' : 'worse'
}

function summaries(record: RunRecord | undefined): Map<string, MetricSummary> {
  return new Map(Object.entries(record?.metrics ?? {}))
}
