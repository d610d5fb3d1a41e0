import type { Part } from '../../../domain/compare-part.ts'
import type { Comparison } from '../../../domain/comparison.ts'
import { CONFIG_FILE } from '../../../domain/config.ts'
import type { RuleChange } from '../../../domain/gate-changes.ts'
import type { GateFailure } from '../../../domain/gate-failure.ts'
import { specOf } from '../../../domain/model-spec.ts'
import type { StoredNumber } from '../../../domain/number.ts'
import type { RuleSource } from '../../../domain/rules.ts'
import { safeText } from '../../../domain/safe-text.ts'
import type { Side } from '../../../domain/side.ts'
import { treeCommit } from '../../../domain/tree-commit.ts'
import { digitsApart, digitsFor } from '../number.ts'
import { valueText } from './metric-words.ts'
import { sideName, sideReason } from './side-words.ts'

/** Says what rule of the gate does not hold, with its numbers. */
export function gateText(failure: GateFailure, comparison: Comparison): string {
  return `${sourceText(failure.source)}: ${reasonText(failure, comparison)}`
}

/** The metrics of a part for which a rule of the gate does not hold. */
export function failedMetrics({ of }: Part, { failures }: Comparison['gate']): Set<string> {
  const own = failures.filter(({ model }) => model === of?.join(', '))
  return new Set(own.flatMap(({ subject }) => subject ?? []))
}

/** `.gitmodel.yaml:12: metrics.val/acc.tolerance` */
function sourceText({ side, path, line }: RuleSource): string {
  const file = `${CONFIG_FILE}${line === undefined ? '' : `:${line}`}`
  return `${file}${side === 'base' ? ' of the base' : ''}: ${safeText(path)}`
}

function reasonText(failure: GateFailure, comparison: Comparison): string {
  const { rule, subject = '', side, base, head, limit, field = '', found = '', allowed = [], model } = failure
  const of = model === undefined ? '' : ` of ${safeText(model)}`
  const name = `${safeText(subject)}${of}`
  const part = comparison.parts?.find((candidate) => candidate.of?.join(', ') === model) ?? comparison
  const apart = digitsApart(head, limit)
  const texts = {
    worse: `${name} got worse: ${worseText(base, head, limit)}`,
    min: `${name} is ${valueText(head, apart)}, below the minimum ${valueText(limit, apart)}`,
    max: `${name} is ${valueText(head, apart)}, above the maximum ${valueText(limit, apart)}`,
    'no-record': `${sideName(part[side])} has no run${of} (${sideReason(part[side])})`,
    'no-value': noValueText(safeText(subject), part),
    model: `nothing stands at ${safeText(found)} in ${sideName(comparison.head)}`,
    card: CARD_TEXTS.get(found)?.(name, newCard(subject, comparison.head)) ?? `the model ${name} has no card`,
    'card-field': `the card of ${name} must say ${safeText(field)}, which is ${safeText(found)}`,
    license: `the licence of ${name} is ${safeText(found)}, allowed: ${safeText(allowed.join(', '))}`,
  }
  return texts[rule]
}

// With so many digits that the difference is seen to be more than what is allowed.
function worseText(base: StoredNumber = 'NaN', head: StoredNumber = 'NaN', limit = 0): string {
  const digits = digitsFor((rounded) => {
    const [from, to] = [rounded(base), rounded(head)]
    const slack = Number.EPSILON * 4 * Math.max(Math.abs(from), Math.abs(to))
    return !(Math.abs(to - from) <= rounded(limit) + slack)
  })
  return `${valueText(base, digits)} → ${valueText(head, digits)}, allowed ${valueText(limit, digits)}`
}

const CARD_TEXTS: ReadonlyMap<string, (name: string, command: string) => string> = new Map(
  Object.entries({
    absent: (name: string, command: string) => `the weights of ${name} have no card: ${command}`,
    unfetched: (name: string) => `the card of ${name} is not here, cards were never fetched: git model sync`,
  }),
)

function newCard(name: string, head: Side): string {
  return safeText(`git model card new ${specOf({ name, revision: treeCommit(head) })}`)
}

function noValueText(name: string, { head }: Part): string {
  const run = safeText(head.record?.name ?? '')
  return Object.keys(head.record?.metrics ?? {}).length === 0
    ? `the run ${run} recorded no metrics at all`
    : `the run ${run} recorded no ${name}`
}

/** Says that nobody can read `.gitmodel.yaml` of the base, and what follows; empty where it can be read. */
export function unreadableText({ unreadable }: Comparison['gate']): string {
  return unreadable === undefined
    ? ''
    : `the rules of the base cannot be read, those of the head judge alone: ${safeText(unreadable)}`
}

/** Says how `.gitmodel.yaml` itself differs: `metrics.val/acc.tolerance: 0.002 → 0.1 (looser)`. */
export function ruleChangeText({ path, base, head, looser }: RuleChange): string {
  const values = [base, head].map((value) => (value === undefined ? '–' : safeText(value))).join(' → ')
  return `${safeText(path)}: ${values}${looser ? ' (looser)' : ''}`
}
