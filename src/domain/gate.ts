import type { MetricChange } from './compare-metrics.ts'
import type { Side } from './side.ts'
import type { Config, MetricConfig } from './config.ts'
import { fromStored, type StoredNumber } from './number.ts'

/** Which rule of `.gitmodel.yaml` a change breaks. */
export type GateRule = 'worse' | 'min' | 'max' | 'no-record' | 'no-value' | 'card'

/** A rule that does not hold. */
export interface GateFailure {
  rule: GateRule
  /** The metric or the model that it is about; absent for a side without a record. */
  subject?: string
  side: 'base' | 'head'
  base?: StoredNumber
  head?: StoredNumber
  /** The tolerance or the bound. */
  limit?: number
}

/**
 * Checks a comparison against the rules of `.gitmodel.yaml`. What is missing fails: no record is no good record.
 * A metric with `required: false` may be absent.
 */
export function checkGate(
  base: Side,
  head: Side,
  metrics: readonly MetricChange[],
  config: Config,
): GateFailure[] {
  const failures: GateFailure[] = []
  const rules = Object.entries(config.metrics ?? {})
  if (head.record === undefined) failures.push({ rule: 'no-record', side: 'head' })
  else {
    for (const [name, metric] of rules) {
      failures.push(
        ...checkMetric(
          name,
          metric,
          base,
          metrics.find((change) => change.name === name),
        ),
      )
    }
  }
  const isCompared = rules.some(([, metric]) => metric.goal !== undefined && metric.required !== false)
  if (base.record === undefined && isCompared) failures.push({ rule: 'no-record', side: 'base' })
  return [...failures, ...checkCards(head, config)]
}

function checkMetric(
  name: string,
  config: MetricConfig,
  base: Side,
  change: MetricChange | undefined,
): GateFailure[] {
  const { head } = change ?? {}
  if (head === undefined)
    return config.required === false ? [] : [{ rule: 'no-value', subject: name, side: 'head' }]
  const value = fromStored(head)
  const failures: GateFailure[] = []
  const about = { subject: name, side: 'head', head } as const
  if (config.max !== undefined && !(value <= config.max))
    failures.push({ rule: 'max', ...about, limit: config.max })
  if (config.min !== undefined && !(value >= config.min))
    failures.push({ rule: 'min', ...about, limit: config.min })
  if (base.record !== undefined && change?.verdict === 'worse') {
    failures.push({ rule: 'worse', ...about, base: change.base!, limit: change.tolerance })
  }
  return failures
}

function checkCards(head: Side, config: Config): GateFailure[] {
  const required = Object.entries(config.models ?? {}).filter(([, model]) => model.card === 'required')
  return required
    .filter(([name]) => head.models.some((model) => model.name === name && model.card === undefined))
    .map(([name]) => ({ rule: 'card', subject: name, side: 'head' }))
}
