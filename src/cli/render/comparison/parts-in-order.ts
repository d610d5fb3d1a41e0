import type { Comparison } from '../../../domain/comparison.ts'
import type { Part } from '../../../domain/compare-part.ts'

/**
 * Returns the models of a comparison that have runs of their own in the order in which a report that must be short takes
 * them: those that break a rule or got worse first, the others as they stand.
 */
export function partsInOrder(comparison: Comparison): readonly Part[] {
  const { parts, gate } = comparison
  if (parts === undefined) return [comparison]
  const broken = new Set(gate.failures.map(({ model }) => model))
  const isUrgent = ({ of, verdict }: Part): boolean => verdict === 'worse' || broken.has(of?.join(', '))
  return [...parts].sort((a, b) => Number(isUrgent(b)) - Number(isUrgent(a)))
}
