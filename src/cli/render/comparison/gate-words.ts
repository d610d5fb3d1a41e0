import type { Comparison } from '../../../domain/comparison.ts'
import type { GateFailure } from '../../../domain/gate.ts'
import { safeText } from '../../../domain/safe-text.ts'
import { formatNumber } from '../number.ts'
import { valueText } from './metric-words.ts'
import { sideReason } from './side-words.ts'

/** Says what rule of the gate does not hold, with its numbers. */
export function gateText(failure: GateFailure, comparison: Comparison): string {
  const { rule, subject = '', side, base, head, limit } = failure
  const name = safeText(subject)
  const texts = {
    worse: `${name} got worse: ${valueText(base)} → ${valueText(head)}, allowed ${formatNumber(limit ?? 0)}`,
    min: `${name} is ${valueText(head)}, below the minimum ${formatNumber(limit ?? 0)}`,
    max: `${name} is ${valueText(head)}, above the maximum ${formatNumber(limit ?? 0)}`,
    'no-record': `${safeText(comparison[side].label)} has no run (${sideReason(comparison[side])})`,
    'no-value': `${safeText(comparison.head.label)} has no value of ${name}`,
    card: `the model ${name} needs a card: git model card new ${name}`,
  }
  return texts[rule]
}
