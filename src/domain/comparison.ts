import type { CardChange } from './card-fields.ts'
import type { MetricChange, Verdict } from './compare-metrics.ts'
import { compareSideMetrics } from './compare-groups.ts'
import { compareGateRules, type RuleChange } from './gate-changes.ts'
import { checkGate, type GateFailure } from './gate.ts'
import type { Rules } from './rules.ts'
import type { RunRecord, Scalar } from './run.ts'
import type { Side, SideModel } from './side.ts'
import { stableJson } from './stable-json.ts'

/** A parameter that differs. */
export interface ParamChange {
  name: string
  base?: Scalar
  head?: Scalar
}

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
export interface Comparison {
  base: Side
  head: Side
  /** The verdict of the primary metric, or of all that have a goal when they agree. */
  verdict: Verdict | 'mixed' | 'unknown'
  metrics: MetricChange[]
  params: ParamChange[]
  models: ModelChange[]
  gate: Gate
}

/** What the gate says. */
export interface Gate {
  passed: boolean
  failures: GateFailure[]
  /** How `.gitmodel.yaml` itself differs. */
  changes: RuleChange[]
  /** What the rules of the base forbid and those of the head allow. They fail where the base says `loosened: fail`. */
  loosened: GateFailure[]
}

/** Compares two sides by the rules of the head; those of the base say what the head lets pass that was forbidden. */
export function compareSides(
  base: Side,
  head: Side,
  rules: { base: Rules; head: Rules },
  diffCards: (before: unknown, after: unknown) => CardChange[],
): Comparison {
  const metrics = compareSideMetrics(base, head, rules.head.config)
  return {
    base,
    head,
    verdict: overall(metrics),
    metrics,
    params: compareParams(base.record, head.record).filter(({ name }) => name !== head.group?.param),
    models: compareModels(base, head, diffCards),
    gate: judge(base, head, metrics, rules),
  }
}

function judge(
  base: Side,
  head: Side,
  metrics: readonly MetricChange[],
  rules: { base: Rules; head: Rules },
): Gate {
  const own = checkGate(base, head, metrics, rules.head)
  const before = compareSideMetrics(base, head, rules.base.config)
  const isKnown = (failure: GateFailure): boolean =>
    own.some(({ rule, subject, field }) => {
      return rule === failure.rule && subject === failure.subject && field === failure.field
    })
  const loosened = checkGate(base, head, before, rules.base).filter((failure) => !isKnown(failure))
  const failures = rules.base.config.gate?.loosened === 'fail' ? [...own, ...loosened] : own
  return {
    passed: failures.length === 0,
    failures,
    changes: compareGateRules(rules.base.config, rules.head.config),
    loosened,
  }
}

function overall(metrics: readonly MetricChange[]): Comparison['verdict'] {
  const primary = metrics.find((metric) => metric.primary)
  if (primary !== undefined && primary.base !== undefined && primary.head !== undefined)
    return primary.verdict
  const judged = metrics.filter(
    ({ goal, base, head }) => goal !== undefined && base !== undefined && head !== undefined,
  )
  if (judged.length === 0) return 'unknown'
  const verdicts = new Set(judged.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'same'))
  if (verdicts.size === 0) return 'same'
  return verdicts.size === 1 ? [...verdicts][0]! : 'mixed'
}

function compareParams(base: RunRecord | undefined, head: RunRecord | undefined): ParamChange[] {
  if (base === undefined || head === undefined) return []
  const [left, right] = [
    new Map(Object.entries(base.params ?? {})),
    new Map(Object.entries(head.params ?? {})),
  ]
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .filter(
      (name) => !left.has(name) || !right.has(name) || String(left.get(name)) !== String(right.get(name)),
    )
    .map((name) => {
      const [before, after] = [left.get(name), right.get(name)]
      return {
        name,
        ...(before !== undefined && { base: before }),
        ...(after !== undefined && { head: after }),
      }
    })
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
