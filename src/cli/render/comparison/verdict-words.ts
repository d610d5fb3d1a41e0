import type { Part } from '../../../domain/compare-part.ts'
import type { Comparison } from '../../../domain/comparison.ts'
import { safeText } from '../../../domain/safe-text.ts'
import type { MetricChange } from '../../../domain/compare-metrics.ts'
import { formatNumber } from '../number.ts'
import { metricPhrase, verdictWord } from './metric-words.ts'
import { sideName } from './side-words.ts'
import { plural } from '../../../domain/plural.ts'

const WORDS: Readonly<Record<Comparison['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  same: 'same within tolerance',
  mixed: 'mixed: some metrics are better, some worse',
  changed: 'changed',
  added: 'changed',
  removed: 'changed',
  unknown: 'no verdict: no metric that both sides measured has a goal in .gitmodel.yaml',
}

/** The one line that says what a comparison found. Where models have runs of their own, it names those that changed. */
export function verdictLine(comparison: Comparison): string {
  const parts = comparison.parts?.filter((part) => !isSameRun(part)) ?? [comparison]
  return parts.length === 0
    ? 'the same runs on both sides'
    : parts.map((part) => partVerdict(part)).join('; ')
}

/** {@link verdictLine} of the models of one part: `better for digits: val/acc 0.91 → 0.93 (+0.02, +2.2%)`. */
export function partVerdict(part: Part): string {
  const line = runsVerdict(part)
  return part.of === undefined
    ? line
    : line.replace(/^[^:]+/, (word) => `${word} for ${safeText(part.of!.join(', '))}`)
}

/** Tells whether one run stands on both sides. */
export function isSameRun({ base, head }: Part): boolean {
  return base.record !== undefined && base.record.run === head.record?.run
}

/** The metric that tells the verdict: the primary one, else the first of which the same is true as of all; often there is none. */
export function verdictMetric({ verdict, metrics }: Part): MetricChange | undefined {
  const primary = metrics.find((metric) => metric.primary)
  if (primary !== undefined && isMeasured(primary)) return primary
  return metrics.find(
    (metric) => metric.goal !== undefined && isMeasured(metric) && metric.verdict === verdict,
  )
}

function isMeasured({ base, head }: MetricChange): boolean {
  return base !== undefined && head !== undefined
}

function runsVerdict(part: Part): string {
  const { verdict, metrics, base, head } = part
  if (base.record === undefined || head.record === undefined) {
    const side = head.record === undefined ? head : base
    return `no verdict: ${sideName(side)} has no run to compare`
  }
  if (base.record.run === head.record.run) return `the same run on both sides: ${safeText(head.record.name)}`
  if (metrics.length === 0) return 'no verdict: neither run recorded a metric'
  const missed = missedPhrase(part)
  if (verdict === 'unknown') return missed === '' ? WORDS.unknown : `no verdict: ${missed}`
  const main = verdictMetric(part)
  const says = main === undefined ? '' : `: ${metricPhrase(main)}${noisePhrase(main, head.group?.param)}`
  return `${WORDS[verdict]}${says}${missed === '' ? '' : `; ${missed}`}`
}

// The metric that should have told the verdict: the primary one, or where no metric could tell one, any that has a goal.
function missedPhrase({ primary, verdict, metrics, base, head }: Part): string {
  const other = verdict === 'unknown' ? metrics.find(({ goal }) => goal !== undefined)?.name : undefined
  const name = primary ?? other
  if (name === undefined) return ''
  const metric = metrics.find((candidate) => candidate.name === name)
  if (metric === undefined) return `${safeText(name)} was measured on neither side`
  if (isMeasured(metric)) return ''
  return `${safeText(name)} was not measured in ${sideName(metric.head === undefined ? head : base)}`
}

// The rule: the 95 % interval of Welch's t for the difference of the means holds 0.
function noisePhrase({ spread, verdict }: MetricChange, param = ''): string {
  if (spread === undefined || verdict === 'same') return ''
  if (spread.interval === undefined) {
    const isFew = [spread.base, spread.head].some((side) => (side?.n ?? 0) < 2)
    return isFew ? '; too few runs to tell it from noise' : '; not every run gave a finite value'
  }
  if (spread.base?.deviation === 0 && spread.head?.deviation === 0)
    return `; all runs of a side gave the same value, whatever the ${safeText(param)}`
  const [low, high] = spread.interval.map((bound) => formatNumber(bound, 2))
  const said = spread.isNoise === true ? 'within' : 'beyond'
  return `; ${said} the noise of ${safeText(param)}, 95% interval of the change ${low} to ${high}`
}

/** How many metrics went which way: `2 better, 1 worse, 4 unchanged`; empty where none was measured on both sides. */
export function tallyLine(comparison: Comparison): string {
  const { parts = [comparison] } = comparison
  const metrics = parts
    .filter((part) => parts.length === 1 || !isSameRun(part))
    .flatMap((part) => part.metrics)
  const counts = new Map<string, number>()
  for (const metric of metrics) counts.set(verdictWord(metric), (counts.get(verdictWord(metric)) ?? 0) + 1)
  const order = ['better', 'worse', 'changed', 'added', 'removed', 'within tolerance', 'unchanged']
  const said = order.flatMap((word) => (counts.has(word) ? [`${counts.get(word)} ${word}`] : []))
  return said.length === 0 ? '' : `${plural(metrics.length, 'metric')}: ${said.join(', ')}`
}
