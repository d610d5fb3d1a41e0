import type { Comparison, ModelChange, ParamChange } from '../../domain/comparison.ts'
import type { Side } from '../../domain/side.ts'
import type { MetricChange } from '../../domain/compare-metrics.ts'
import type { GateFailure } from '../../domain/gate.ts'
import type { StoredNumber } from '../../domain/number.ts'
import { safeText } from '../../domain/safe-text.ts'
import type { Colors } from '../colors.ts'
import { formatNumber, formatSize } from './number.ts'
import { renderTable, type Cell, type Column } from './table.ts'

/** How a comparison is written to a terminal. */
export interface ComparisonOptions {
  colors: Colors
  width: number
  /** Show what did not change too. */
  all: boolean
}

/** Writes a comparison for a terminal: the verdict first, the details below it. */
export function renderComparison(comparison: Comparison, options: ComparisonOptions): string {
  const { colors } = options
  const parts = [
    colors.bold(paintVerdict(comparison.verdict, colors)(verdictLine(comparison))),
    [sideLine('base', comparison.base), sideLine('head', comparison.head)].join('\n'),
    metricsPart(comparison, options),
    paramsPart(comparison.params, options),
    ...comparison.models.map((model) => modelPart(model, options)),
    gatePart(comparison, colors),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** The one line that says what a comparison found. */
export function verdictLine({ verdict, metrics, base, head }: Comparison): string {
  const main = metrics.find((metric) => metric.primary) ?? metrics.find(({ goal }) => goal !== undefined)
  const shown = main?.base !== undefined && main.head !== undefined ? `: ${metricPhrase(main)}` : ''
  if (base.record === undefined || head.record === undefined) {
    const side = head.record === undefined ? head : base
    return `no verdict: ${safeText(side.label)} has no run to compare`
  }
  if (base.record.run === head.record.run) return `the same run on both sides: ${safeText(head.record.name)}`
  const words: Record<Comparison['verdict'], string> = {
    better: 'better',
    worse: 'worse',
    same: 'same within tolerance',
    mixed: 'mixed: some metrics are better, some worse',
    changed: 'changed',
    added: 'changed',
    removed: 'changed',
    unknown: 'no verdict: no metric has a goal in .gitmodel.yaml',
  }
  return words[verdict] + (verdict === 'mixed' || verdict === 'unknown' ? '' : shown)
}

/** `val/acc 0.91 → 0.93 (+0.02, +2.2%)` */
export function metricPhrase(metric: MetricChange): string {
  const change = changeText(metric)
  return `${safeText(metric.name)} ${numberText(metric.base)} → ${numberText(metric.head)}${change === '' ? '' : ` (${change})`}`
}

/** `+0.02, +2.2%`; empty where there is no difference to speak of. */
export function changeText({ change, relative }: MetricChange): string {
  if (change === undefined) return ''
  const parts = [signed(formatNumber(change, 3), change)]
  if (relative !== undefined) parts.push(signed(`${formatNumber(relative * 100, 2)}%`, relative))
  return parts.join(', ')
}

/** A value, or a dash where there is none. */
export function numberText(stored: StoredNumber | undefined): string {
  return stored === undefined ? '–' : formatNumber(stored, 4)
}

/** The arrow that says which direction of a metric is better. */
export function goalArrow({ goal }: MetricChange): string {
  return goal === undefined ? '' : goal === 'max' ? '↑' : '↓'
}

/** Why a side has the run that it has, or why it has none. */
export function sideReason(side: Side): string {
  if (side.none === 'unfetched') return 'runs were never fetched: git model sync'
  if (side.none === 'unfinished')
    return `${plural(side.candidates, 'run')} belong to it, and none has finished`
  if (side.none === 'absent') return 'no run belongs to it'
  const reasons = {
    produced: 'produced these weights',
    'same-tree': 'ran exactly this code',
    'same-commit': 'ran from this commit',
    linked: 'linked by hand',
    nearest: `nearest, ${plural(side.distance ?? 0, 'commit')} back`,
  }
  const rule = side.rule === undefined ? '' : reasons[side.rule]
  const more = side.candidates > 1 ? `, best of ${side.candidates}` : ''
  const dirty =
    side.record?.code.dirty === true && side.rule !== 'same-tree' ? ', with uncommitted changes' : ''
  return `${rule}${more}${dirty}`.replace(/^, /, '')
}

/** Says what rule of the gate does not hold, with its numbers. */
export function gateText(failure: GateFailure, comparison: Comparison): string {
  const { rule, subject = '', side, base, head, limit } = failure
  const name = safeText(subject)
  const texts = {
    worse: `${name} got worse: ${numberText(base)} → ${numberText(head)}, allowed ${formatNumber(limit ?? 0)}`,
    min: `${name} is ${numberText(head)}, below the minimum ${formatNumber(limit ?? 0)}`,
    max: `${name} is ${numberText(head)}, above the maximum ${formatNumber(limit ?? 0)}`,
    'no-record': `${safeText(comparison[side].label)} has no run (${sideReason(comparison[side])})`,
    'no-value': `${safeText(comparison.head.label)} has no value of ${name}`,
    card: `the model ${name} needs a card: git model card new ${name}`,
  }
  return texts[rule]
}

function metricsPart({ metrics }: Comparison, { colors, width, all }: ComparisonOptions): string {
  const shown = all ? metrics : metrics.filter(isNotable)
  const hidden = metrics.length - shown.length
  const rest = hidden === 0 ? '' : colors.dim(`${hidden} unchanged, hidden; --all shows them`)
  if (shown.length === 0) return rest
  const columns: Column[] = [
    { title: 'metric', shrinkTo: 16 },
    { title: 'base', align: 'decimal' },
    { title: 'head', align: 'decimal' },
    { title: 'change', align: 'right' },
    { title: '' },
  ]
  const rows = shown.map((metric): Cell[] => [
    [metric.name, goalArrow(metric)].filter(Boolean).join(' '),
    numberText(metric.base),
    numberText(metric.head),
    changeText(metric),
    { text: verdictMark(metric), paint: paintVerdict(metric.verdict, colors) },
  ])
  const table = renderTable(columns, rows, 'text', { width, colors: { bold: colors.dim } }).trimEnd()
  return rest === '' ? table : `${table}\n${rest}`
}

function isNotable({ verdict, primary }: MetricChange): boolean {
  return primary || verdict !== 'same'
}

function verdictMark({ verdict }: MetricChange): string {
  return verdict === 'better' ? '✓ better' : verdict === 'worse' ? '✗ worse' : verdict
}

function paramsPart(params: readonly ParamChange[], { colors, width }: ComparisonOptions): string {
  if (params.length === 0) return ''
  const columns: Column[] = [
    { title: 'param', shrinkTo: 16 },
    { title: 'base', shrinkTo: 12 },
    { title: 'head', shrinkTo: 12 },
  ]
  const rows = params.map(({ name, base, head }) => [name, scalarText(base), scalarText(head)])
  return renderTable(columns, rows, 'text', { width, colors: { bold: colors.dim } }).trimEnd()
}

/** A parameter's value, or a dash where there is none. */
export function scalarText(value: string | number | boolean | undefined): string {
  return value === undefined ? '–' : String(value)
}

function modelPart(
  { name, path, weights, card }: ModelChange,
  { colors, width, all }: ComparisonOptions,
): string {
  const shown = all ? card.changes : card.changes.filter(isWritten)
  const lines = [
    `${colors.bold(safeText(name))}  ${colors.dim(safeText(path))}`,
    `  weights  ${weightsText(weights)}`,
  ]
  if (shown.length === 0) lines.push(`  card     ${cardText(card)}`)
  else {
    const rows = shown.map(({ field, before, after }) => [field, valueText(before), valueText(after)])
    const columns: Column[] = [
      { title: 'card', shrinkTo: 20 },
      { title: 'base', shrinkTo: 10 },
      { title: 'head', shrinkTo: 10 },
    ]
    const table = renderTable(columns, rows, 'text', { width: width - 2, colors: { bold: colors.dim } })
    lines.push(
      ...table
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    )
  }
  return lines.join('\n')
}

/** `102 kB → 300 kB, sha256:ab12… → sha256:cd34…` */
export function weightsText({ base, head, same }: ModelChange['weights']): string {
  if (base === undefined && head === undefined) return 'not in Git LFS'
  if (same && head !== undefined)
    return `unchanged, ${formatSize(head.size)}, sha256:${head.oid.slice(0, 12)}`
  const size = [base, head].map((side) => (side === undefined ? '–' : formatSize(side.size))).join(' → ')
  const oid = [base, head]
    .map((side) => (side === undefined ? '–' : `sha256:${side.oid.slice(0, 12)}`))
    .join(' → ')
  const files = Math.max(base?.files ?? 0, head?.files ?? 0)
  return `${size}, ${oid}${files > 1 ? ` and ${files - 1} more files` : ''}`
}

/** Tells whether a person wrote the field: weights, training and evaluation are filled in from the run. */
export function isWritten({ field }: { field: string }): boolean {
  return !/^card\.(?:weights|training|evaluation)\b/.test(field)
}

/** What there is to say of two cards where no written field differs. */
export function cardText({ base, head, changes }: ModelChange['card']): string {
  if (!base && !head) return 'none'
  if (base && !head) return 'none for these weights: git model card new'
  if (!base) return 'added'
  return changes.length === 0 ? 'unchanged' : 'renewed from the run; nothing else changed'
}

/** A value of a card on one line. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–'
  if (value === null) return 'unknown'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}

function gatePart(comparison: Comparison, colors: Colors): string {
  const { passed, failures } = comparison.gate
  if (passed) return `gate: ${colors.green('passed')}`
  return [
    `gate: ${colors.red('failed')}`,
    ...failures.map((failure) => `  ${gateText(failure, comparison)}`),
  ].join('\n')
}

function sideLine(which: string, side: Side): string {
  const run =
    side.record === undefined ? '' : `  run ${side.record.run.slice(0, 12)} ${safeText(side.record.name)}`
  const reason = sideReason(side)
  const label = side.commit.startsWith(side.label) ? '' : `${safeText(side.label)} `
  return `${which}  ${label}${side.commit.slice(0, 12)}${run}${reason === '' ? '' : `  (${reason})`}`
}

/** `1 commit`, `2 commits` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function paintVerdict(verdict: string, colors: Colors): (text: string) => string {
  if (verdict === 'better') return colors.green
  if (verdict === 'worse') return colors.red
  return verdict === 'mixed' ? colors.yellow : (text) => text
}

function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text
}
