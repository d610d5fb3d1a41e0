import type { MetricChange } from '../../../domain/compare-metrics.ts'
import { fromStored, type StoredNumber } from '../../../domain/number.ts'
import { safeText } from '../../../domain/safe-text.ts'
import { digitsApart, formatNumber } from '../number.ts'
import { plural } from '../../../domain/plural.ts'

/** `val/acc 0.91 → 0.93 (+0.02, +2.2%)` */
export function metricPhrase(metric: MetricChange): string {
  const change = [changeText(metric), relativeText(metric)].filter(Boolean).join(', ')
  return `${safeText(metric.name)} ${sideValue(metric, 'base')} → ${sideValue(metric, 'head')}${change === '' ? '' : ` (${change})`}`
}

/** `+0.02`; empty where there is no difference to speak of. */
export function changeText({ change }: MetricChange): string {
  return change === undefined ? '' : signed(formatNumber(change, 3), change)
}

/** `+2.2%`; empty where the base is 0 or a side is not finite. */
export function relativeText({ relative }: MetricChange): string {
  return relative === undefined ? '' : signed(`${formatNumber(relative * 100, 2)}%`, relative)
}

/** A value with so many significant digits, or a dash where there is none. */
export function valueText(stored: StoredNumber | undefined, digits = 4): string {
  return stored === undefined ? '–' : formatNumber(stored, digits)
}

/** What a side measured: a value, or over a group of runs the mean ± the sample deviation and how many they are. */
export function sideValue(metric: MetricChange, side: 'base' | 'head'): string {
  const spread = metric.spread?.[side]
  if (spread === undefined) return valueText(metric[side], digitsOf(metric))
  const deviation = spread.deviation === undefined ? '' : ` ± ${formatNumber(spread.deviation, 2)}`
  return `${formatNumber(spread.mean, digitsOf(metric))}${deviation} (n=${spread.n})`
}

/** {@link verdictWord}, and whether seeds alone may make such a difference. */
export function verdictText(metric: MetricChange): string {
  const { isNoise, interval } = metric.spread ?? {}
  if (!['better', 'worse', 'changed'].includes(metric.verdict)) return verdictWord(metric)
  if (isNoise === true) return `${verdictWord(metric)}, within noise`
  return metric.spread !== undefined && interval === undefined
    ? `${verdictWord(metric)}, noise unknown`
    : verdictWord(metric)
}

/** The arrow that says which direction of a metric is better; empty where none is. */
export function goalArrow({ goal }: MetricChange): string {
  return goal === undefined ? '' : goal === 'max' ? '↑' : '↓'
}

/** One word for what became of a metric. A difference that the tolerance allows is not called unchanged. */
export function verdictWord({ verdict, base, head }: MetricChange): string {
  if (verdict !== 'same') return verdict
  return base !== undefined && head !== undefined && !Object.is(fromStored(base), fromStored(head))
    ? 'within tolerance'
    : 'unchanged'
}

/** How many of some metrics moved within their tolerance, and how many did not: `4 within tolerance, 5 unchanged`. */
export function quietText(metrics: readonly MetricChange[]): string {
  return countQuiet(metrics)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ')
}

/** {@link quietText} as a title: `9 metrics: 4 within tolerance, 5 unchanged`, or `9 metrics unchanged`. */
export function quietTitle(metrics: readonly MetricChange[]): string {
  const counts = countQuiet(metrics)
  const title = plural(metrics.length, 'metric')
  return counts.length === 1 ? `${title} ${counts[0]![0]}` : `${title}: ${quietText(metrics)}`
}

function countQuiet(metrics: readonly MetricChange[]): [word: string, count: number][] {
  return ['within tolerance', 'unchanged']
    .map((word): [string, number] => [word, metrics.filter((metric) => verdictWord(metric) === word).length])
    .filter(([, count]) => count > 0)
}

/** What the gate asks of a metric: `may fall by 0.002, ≤ 50`; empty where it asks nothing. */
export function ruleText(metric: MetricChange): string {
  const { gated, goal, tolerance, min, max } = metric
  if (!gated) return ''
  const parts: string[] = []
  if (goal !== undefined) {
    const verb = goal === 'max' ? 'fall' : 'rise'
    parts.push(tolerance > 0 ? `may ${verb} by ${formatNumber(tolerance, 3)}` : `may not ${verb}`)
  }
  if (min !== undefined) parts.push(`≥ ${valueText(min, digitsOf(metric))}`)
  if (max !== undefined) parts.push(`≤ ${valueText(max, digitsOf(metric))}`)
  return parts.join(', ')
}

/** {@link ruleText} of a metric for which a rule does not hold: `failed: may fall by 0.002`. */
export function failedText(metric: MetricChange): string {
  const rule = metric.head === undefined ? 'must be measured' : ruleText(metric)
  return rule === '' ? 'failed' : `failed: ${rule}`
}

/** The part of a metric's name that it shares with its kin: `val/` of `val/acc`; empty where it has none. */
export function metricGroup(name: string): string {
  return /^[^/]+\//.exec(name)?.[0] ?? ''
}

/** Tells whether a metric is worth a line of its own: the primary one, and all that changed. */
export function isNotable({ verdict, primary }: MetricChange): boolean {
  return primary || verdict !== 'same'
}

// A row sets both sides against each other, and against the bounds.
function digitsOf({ base, head, min, max }: MetricChange): number {
  return digitsApart(base, head, min, max)
}

function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text
}
