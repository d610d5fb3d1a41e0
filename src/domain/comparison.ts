import type { CardChange } from './card-fields.ts'
import { comparePart, type Part, type Pair } from './compare-part.ts'
import { compareGateRules, type RuleChange } from './gate-changes.ts'
import { checkGate } from './gate.ts'
import type { GateFailure } from './gate-failure.ts'
import type { Rules } from './rules.ts'
import type { Side, SideModel } from './side.ts'
import { stableJson } from './stable-json.ts'

/** A model on both sides. */
export interface ModelChange {
  name: string
  path: string
  weights: {
    base?: WeightsSummary
    head?: WeightsSummary
    same: boolean
    /** The files that differ, by path. */
    files: FileChange[]
  }
  card: { base: boolean; head: boolean; changes: CardChange[] }
}

/** A model's files taken together. */
export interface WeightsSummary {
  files: number
  /** In bytes. */
  size: number
  /** The SHA-256 of the only file; of several the first. */
  oid: string
}

/** A weight file that differs. */
export interface FileChange {
  path: string
  base?: FileContent
  head?: FileContent
  /** What was found inside, in the order in which it is to be shown. */
  details?: FileDetail[]
}

/** What a pointer says of a file. */
export interface FileContent {
  /** SHA-256 of the content. */
  oid: string
  /** In bytes. */
  size: number
}

/** Something worth saying of a changed file: raw text, escaped where it is shown. */
export interface FileDetail {
  level: 'info' | 'warning'
  /** Such as `tensors` or `pickle`. */
  title: string
  lines: string[]
}

/** Two versions side by side. */
export interface Comparison extends Part {
  /**
   * Where models have runs of their own: what became of each, those that changed first. The numbers above are those of
   * the first one, and the verdict is that of all.
   */
  parts?: Part[]
  models: ModelChange[]
  gate: Gate
}

/** What the gate says. */
export interface Gate {
  passed: boolean
  failures: GateFailure[]
  /** How `.gitmodel.yaml` itself differs. */
  changes: RuleChange[]
  /** What is wrong with that of the base, where nobody can read it: how the rules differ is not known then. */
  unreadable?: string
  /** What the rules of the base forbid and those of the head allow. They fail where the base says `loosened: fail`. */
  loosened: GateFailure[]
}

/**
 * Compares two sides by the rules of the head; those of the base say what the head lets pass that was forbidden.
 *
 * @param pairs - the sides of each model that has runs of its own; empty where one run stands for a whole side.
 */
export function compareSides(
  base: Side,
  head: Side,
  rules: { base: Rules; head: Rules },
  diffCards: (before: unknown, after: unknown) => CardChange[],
  pairs: readonly Pair[] = [],
): Comparison {
  const compared = (pairs.length === 0 ? [{ base, head }] : pairs).map((pair) =>
    comparePart(pair, rules.head.config),
  )
  const parts = [...compared].sort((a, b) => Number(isSameRun(a)) - Number(isSameRun(b)))
  const first = parts[0]!
  return {
    ...first,
    base: { ...first.base, models: base.models },
    head: { ...first.head, models: head.models },
    verdict: overall(parts),
    ...(parts.length > 1 && { parts }),
    models: compareModels(base, head, diffCards),
    gate: judge(parts, head, rules),
  }
}

function judge(parts: readonly Part[], head: Side, rules: { base: Rules; head: Rules }): Gate {
  const own = checkGate(parts, head, rules.head)
  const { unreadable } = rules.base
  const before = parts.map((part) => comparePart(part, rules.base.config))
  const isKnown = (failure: GateFailure): boolean =>
    own.some(({ rule, subject, field, model }) => {
      return (
        rule === failure.rule &&
        subject === failure.subject &&
        field === failure.field &&
        model === failure.model
      )
    })
  const loosened = checkGate(before, head, rules.base).filter((failure) => !isKnown(failure))
  const failures = rules.base.config.gate?.loosened === 'fail' ? [...own, ...loosened] : own
  return {
    passed: failures.length === 0,
    failures,
    changes: unreadable === undefined ? compareGateRules(rules.base.config, rules.head.config) : [],
    ...(unreadable !== undefined && { unreadable }),
    loosened,
  }
}

function isSameRun({ base, head }: Part): boolean {
  return base.record?.run === head.record?.run
}

// A part that did not change says nothing, and one that cannot be told leaves the word to the others.
function overall(parts: readonly Part[]): Part['verdict'] {
  const [only] = parts
  if (parts.length === 1) return only!.verdict
  const said = new Set(parts.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'same'))
  if (said.size > 1) said.delete('unknown')
  if (said.size === 0) return 'same'
  return said.size === 1 ? [...said][0]! : 'mixed'
}

function compareModels(
  base: Side,
  head: Side,
  diffCards: (before: unknown, after: unknown) => CardChange[],
): ModelChange[] {
  const names = [...new Set([...base.models, ...head.models].map(({ name }) => name))].sort()
  return names.map((name) => {
    const before = base.models.find((model) => model.name === name)
    const after = head.models.find((model) => model.name === name)
    const [from, to] = [weightsOf(before), weightsOf(after)]
    return {
      name,
      path: (after ?? before)!.path,
      weights: {
        ...(from !== undefined && { base: from }),
        ...(to !== undefined && { head: to }),
        same: stableJson(before?.files) === stableJson(after?.files),
        files: compareFiles(before?.files ?? [], after?.files ?? []),
      },
      card: {
        base: before?.card !== undefined,
        head: after?.card !== undefined,
        changes: diffCards(before?.card ?? {}, after?.card ?? {}),
      },
    }
  })
}

function compareFiles(base: SideModel['files'], head: SideModel['files']): FileChange[] {
  const [left, right] = [base, head].map((files) => new Map(files.map((file) => [file.path, file])))
  const paths = [...new Set([...left!.keys(), ...right!.keys()])].sort()
  return paths.flatMap((path) => {
    const [before, after] = [left!.get(path), right!.get(path)]
    if (before?.oid === after?.oid) return []
    return [
      {
        path,
        ...(before !== undefined && { base: { oid: before.oid, size: before.size } }),
        ...(after !== undefined && { head: { oid: after.oid, size: after.size } }),
      },
    ]
  })
}

function weightsOf(model: SideModel | undefined): WeightsSummary | undefined {
  const [first] = model?.files ?? []
  if (model === undefined || first === undefined) return undefined
  return {
    files: model.files.length,
    size: model.files.reduce((sum, { size }) => sum + size, 0),
    oid: first.oid,
  }
}
