import { primaryMetric, type Config, type MetricConfig, type ModelConfig } from './config.ts'
import { stableJson } from './stable-json.ts'

/** A rule that is not the same in the two versions of `.gitmodel.yaml`. */
export interface RuleChange {
  /** The way to it, such as `metrics.val/acc.tolerance`. */
  path: string
  /** As it is written, as JSON; absent where it is not there. */
  base?: string
  head?: string
  /** Whether it lets more pass than before, or may do so. */
  looser: boolean
}

/** Compares the rules of two versions of `.gitmodel.yaml`: metrics, models' cards, and the gate itself. */
export function compareGateRules(base: Config, head: Config): RuleChange[] {
  // Another primary metric may let another run stand, by whose numbers all rules are judged.
  const isRanked = base.metrics !== undefined && primaryMetric(base) !== primaryMetric(head)
  const rules = { ...METRIC_RULES, primary: () => isRanked }
  return [
    ...compareParts('metrics', base.metrics ?? {}, head.metrics ?? {}, rules),
    ...compareParts('models', base.models ?? {}, head.models ?? {}, MODEL_RULES),
    ...compareParts('', { gate: base.gate ?? {} }, { gate: head.gate ?? {} }, GATE_RULES),
  ]
}

/** Tells of two values of one rule whether the second lets more pass. Undefined is a rule that is not there. */
type Looser = (before: unknown, after: unknown) => boolean

const METRIC_RULES: Readonly<Record<keyof Omit<MetricConfig, 'primary'>, Looser>> = {
  goal: (before) => before !== undefined,
  tolerance: (before = 0, after = 0) =>
    typeof before === typeof after
      ? Number.parseFloat(String(after)) > Number.parseFloat(String(before))
      : !isZero(after),
  min: (before, after) => before !== undefined && (after === undefined || Number(after) < Number(before)),
  max: (before, after) => before !== undefined && (after === undefined || Number(after) > Number(before)),
  required: (_, after) => after === false,
}

const MODEL_RULES: Readonly<Record<keyof ModelConfig, Looser>> = {
  path: () => true,
  card: (before) => before === 'required',
  fields: (before, after) => !includesAll(listOf(after), listOf(before)),
  license: (before, after) =>
    before !== undefined && (after === undefined || !includesAll(listOf(before), listOf(after))),
}

const GATE_RULES: Readonly<Record<string, Looser>> = {
  base: (_, after) => after === 'optional',
  loosened: (before) => before === 'fail',
}

function compareParts(
  section: string,
  base: Readonly<Record<string, object>>,
  head: Readonly<Record<string, object>>,
  rules: Readonly<Record<string, Looser>>,
): RuleChange[] {
  return [...new Set([...Object.keys(base), ...Object.keys(head)])].flatMap((name) => {
    const [before, after] = [membersOf(base, name), membersOf(head, name)]
    const removed = Object.hasOwn(base, name) && !Object.hasOwn(head, name)
    const changes = Object.entries(rules).flatMap(([rule, isLooser]) => {
      const [from, to] = [before.get(rule), after.get(rule)]
      if (stableJson(from) === stableJson(to)) return []
      const path = [section, name, rule].filter((step) => step !== '').join('.')
      return [
        {
          path,
          ...(from !== undefined && { base: JSON.stringify(from) }),
          ...(to !== undefined && { head: JSON.stringify(to) }),
          looser: removed || (Object.hasOwn(base, name) && isLooser(from, to)),
        },
      ]
    })
    return changes.length > 0 ? changes : compareEntries(section, base, head, name)
  })
}

// An entry without a rule of its own asks for something too: that the metric is measured.
function compareEntries(
  section: string,
  base: Readonly<Record<string, object>>,
  head: Readonly<Record<string, object>>,
  name: string,
): RuleChange[] {
  const [isBefore, isAfter] = [Object.hasOwn(base, name), Object.hasOwn(head, name)]
  if (isBefore === isAfter) return []
  return [
    {
      path: `${section}.${name}`,
      ...(isBefore && { base: JSON.stringify(base[name]) }),
      ...(isAfter && { head: JSON.stringify(head[name]) }),
      looser: isBefore,
    },
  ]
}

function membersOf(parts: Readonly<Record<string, object>>, name: string): Map<string, unknown> {
  return new Map(Object.hasOwn(parts, name) ? Object.entries(parts[name]!) : [])
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat()
}

function includesAll(list: readonly unknown[], items: readonly unknown[]): boolean {
  return items.every((item) => list.includes(item))
}

function isZero(tolerance: unknown): boolean {
  return Number.parseFloat(String(tolerance)) === 0
}
