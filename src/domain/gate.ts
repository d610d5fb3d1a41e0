import { checkCardRules } from './gate-cards.ts'
import type { Part } from './compare-part.ts'
import type { MetricConfig } from './config.ts'
import { fromStored } from './number.ts'
import { sourceOf, type Rules, type RuleSource } from './rules.ts'
import type { Side } from './side.ts'
import type { GateFailure } from './gate-failure.ts'

/**
 * Checks a comparison against the rules of `.gitmodel.yaml`. What is missing fails: no record is no good record.
 * A metric with `required: false` may be absent, and the base with `gate: {base: optional}`.
 */
export function checkGate(parts: readonly Part[], head: Side, rules: Rules): GateFailure[] {
  const cards = checkCardRules(head, rules)
  const gone = checkGone(parts, head, rules).filter(
    ({ subject }) => !cards.some((failure) => failure.rule === 'model' && failure.subject === subject),
  )
  return [...parts.flatMap((part) => checkPart(part, parts, rules)), ...gone, ...cards]
}

// A model that the rules still name, and that was there before.
function checkGone(parts: readonly Part[], head: Side, rules: Rules): GateFailure[] {
  return Object.entries(rules.config.models ?? {}).flatMap(([name, { path }]): GateFailure[] => {
    const stood = parts.some(({ base }) => hasFiles(base, path))
    if (!stood || hasFiles(head, path)) return []
    return [
      {
        rule: 'model',
        subject: name,
        side: 'head',
        found: path,
        source: sourceOf(rules, ['models', name, 'path']),
      },
    ]
  })
}

function hasFiles({ models }: Side, path: string): boolean {
  return models.some((model) => model.path === path && model.files.length > 0)
}

function checkPart(part: Part, parts: readonly Part[], rules: Rules): GateFailure[] {
  const { base, head, of } = part
  const configured = Object.entries(rules.config.metrics ?? {})
  const failures: GateFailure[] = []
  // The run of the base, found as the nearest one before the head, says nothing of what came since.
  const isBorrowed = head.rule === 'nearest' && head.record?.run === base.record?.run
  if (head.record === undefined || isBorrowed) {
    failures.push({ rule: 'no-record', side: 'head', source: sourceOf(rules, ['metrics']) })
  } else {
    for (const [name, metric] of configured) failures.push(...checkMetric(name, metric, part, parts, rules))
  }
  const isCompared = configured.some(([, metric]) => metric.goal !== undefined && metric.required !== false)
  // A model that is new beside others has nothing to be compared with.
  const isNew = of !== undefined && base.models.every(({ files }) => files.length === 0)
  if (base.record === undefined && isCompared && !isNew && rules.config.gate?.base !== 'optional') {
    const path = rules.config.gate?.base === undefined ? ['metrics'] : ['gate', 'base']
    failures.push({ rule: 'no-record', side: 'base', source: sourceOf(rules, path) })
  }
  return of === undefined ? failures : failures.map((failure) => ({ ...failure, model: of.join(', ') }))
}

function checkMetric(
  name: string,
  config: MetricConfig,
  part: Part,
  parts: readonly Part[],
  rules: Rules,
): GateFailure[] {
  const { base, metrics } = part
  const change = metrics.find((candidate) => candidate.name === name)
  const source = (...keys: string[]): RuleSource => sourceOf(rules, ['metrics', name, ...keys])
  const head = change?.head
  if (head === undefined) {
    // Of several models each is measured by its own metrics; what one had it may not lose, and what none has is said once.
    const isElsewhere = parts[0] !== part || parts.some((other) => measures(other, name))
    if (config.required === false || (change === undefined && isElsewhere)) return []
    const keys = config.required === undefined ? [] : ['required']
    return [{ rule: 'no-value', subject: name, side: 'head', source: source(...keys) }]
  }
  const value = fromStored(head)
  const failures: GateFailure[] = []
  const about = { subject: name, side: 'head', head } as const
  const { max, min } = config
  if (max !== undefined && !(value <= max))
    failures.push({ rule: 'max', ...about, limit: max, source: source('max') })
  if (min !== undefined && !(value >= min))
    failures.push({ rule: 'min', ...about, limit: min, source: source('min') })
  if (base.record !== undefined && change?.verdict === 'worse') {
    const key = config.tolerance === undefined ? 'goal' : 'tolerance'
    failures.push({
      rule: 'worse',
      ...about,
      base: change.base!,
      limit: change.tolerance,
      source: source(key),
    })
  }
  return failures
}

function measures({ metrics }: Part, name: string): boolean {
  return metrics.some((metric) => metric.name === name && metric.head !== undefined)
}
