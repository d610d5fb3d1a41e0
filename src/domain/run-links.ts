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
  /** The LFS content of each model, as SHA-256 names by path; a file that belongs to none is one by itself. */
  models: readonly ReadonlyMap<string, string>[]
}

/** Tells by which rule a run belongs to a commit; undefined when it does not. */
export function linkRule(facts: CommitFacts, record: RunRecord): Exclude<LinkRule, 'nearest'> | undefined {
  if (facts.models.some((model) => madeOf(record, model) !== 'nothing')) return 'produced'
  if (record.code.tree === facts.tree) return 'same-tree'
  if (record.code.commit === facts.commit) return 'same-commit'
  return record.links?.includes(facts.commit) === true ? 'linked' : undefined
}

/**
 * Tells how much of a model a run made: `all` also where other runs made the rest, `some` where what stands in place of
 * one of its files is not what it wrote.
 */
export function madeOf(
  { outputs }: RunRecord,
  model: ReadonlyMap<string, string>,
): 'all' | 'some' | 'nothing' {
  const files = (outputs?.files ?? []).map((file) => ({ ...file, oid: file.oid.replace('sha256:', '') }))
  const standing = new Set(model.values())
  if (!files.some(({ oid, size }) => size > 0 && standing.has(oid))) return 'nothing'
  return files.every(({ path, oid }) => (model.get(path) ?? oid) === oid) ? 'all' : 'some'
}

/**
 * Tells whether a run may stand for a commit by a rule. One that only started from the commit, with its code edited, says
 * nothing of it, unless somebody picked it.
 */
export function mayStand(rule: LinkRule, record: RunRecord): boolean {
  const isEdited = rule === 'same-commit' && record.code.dirty && !isPicked(record)
  return isEligible(record) && !isEdited
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
