import type { Config } from './config.ts'
import { primaryMetric } from './config.ts'
import { compareNumbers, fromStored } from './number.ts'
import { PICK_TAG, type Oid, type RunRecord } from './run.ts'

/** Why a run belongs to a commit, strongest first. */
export type LinkRule = 'produced' | 'same-tree' | 'same-commit' | 'linked' | 'nearest'

/** What a commit is, as far as it tells which runs belong to it. */
export interface CommitFacts {
  commit: Oid
  tree: Oid
  /** SHA-256 names of the LFS content that stands at models' paths. */
  weights: ReadonlySet<string>
}

/** Tells by which rule a run belongs to a commit; undefined when it does not. */
export function linkRule(facts: CommitFacts, record: RunRecord): Exclude<LinkRule, 'nearest'> | undefined {
  const files = record.outputs?.files ?? []
  if (files.some(({ oid, size }) => size > 0 && facts.weights.has(oid.replace('sha256:', ''))))
    return 'produced'
  if (record.code.tree === facts.tree) return 'same-tree'
  if (record.code.commit === facts.commit) return 'same-commit'
  return record.links?.includes(facts.commit) === true ? 'linked' : undefined
}

const ORDER: readonly LinkRule[] = ['produced', 'same-tree', 'same-commit', 'linked', 'nearest']

/** Orders rules, the strongest first. */
export function compareRules(a: LinkRule, b: LinkRule): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b)
}

/**
 * Orders runs by which of them counts: one that is tagged `pick`, then finished ones, best first by the primary
 * metric, then the newest. Total, so that every clone chooses the same one.
 */
export function compareCandidates(config: Config): (a: RunRecord, b: RunRecord) => number {
  const name = primaryMetric(config)
  const sign = name !== undefined && config.metrics?.[name]?.goal === 'min' ? 1 : -1
  return (a, b) =>
    Number(isPicked(b)) - Number(isPicked(a)) ||
    Number(b.status === 'finished') - Number(a.status === 'finished') ||
    (name === undefined ? 0 : compareMetric(a, b, name, sign)) ||
    compareText(b.started, a.started) ||
    compareText(a.run, b.run)
}

/** Tells whether a run may stand for a commit: it finished, or somebody picked it. */
export function isEligible(record: RunRecord): boolean {
  return record.deleted !== true && (record.status === 'finished' || isPicked(record))
}

function isPicked(record: RunRecord): boolean {
  return record.tags?.[PICK_TAG] === true
}

// NaN and no value at all come last, whichever direction is better.
function compareMetric(a: RunRecord, b: RunRecord, name: string, sign: number): number {
  const [x, y] = [a, b].map((record) => {
    const stored =
      record.metrics !== undefined && Object.hasOwn(record.metrics, name) ? record.metrics[name] : undefined
    return stored === undefined ? Number.NaN : fromStored(stored.last)
  }) as [number, number]
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
  return sign * compareNumbers(x, y)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
