import type { Comparison, ModelChange } from '../../../domain/comparison.ts'
import type { ParamChange, Part } from '../../../domain/compare-part.ts'
import { extentOf, type Curve, type CurveLine } from '../../../domain/curves.ts'
import { displayWidth, truncateToWidth } from '../../../domain/display-width.ts'
import { greatest } from '../../../domain/greatest.ts'
import type { Review } from '../../../domain/review.ts'
import { safeText } from '../../../domain/safe-text.ts'
import type { Side } from '../../../domain/side.ts'
import { sparkline } from '../../../domain/sparkline.ts'
import type { Colors } from '../../colors.ts'
import { renderTable } from '../table.ts'
import type { Cell, Column } from '../column.ts'
import { gateText, ruleChangeText, unreadableText } from './gate-words.ts'
import {
  changeText,
  goalArrow,
  isNotable,
  quietText,
  relativeText,
  ruleText,
  sideValue,
  verdictText,
} from './metric-words.ts'
import {
  cardCommand,
  cardText,
  fieldText,
  fileText,
  scalarText,
  weightsText,
  writtenFields,
} from './model-words.ts'
import { sideLabel, sideReason } from './side-words.ts'
import { isSameRun, verdictLine } from './verdict-words.ts'

/** How a comparison is written to a terminal. */
export interface ComparisonOptions {
  colors: Colors
  width: number
  /** Show what did not change too. */
  all: boolean
}

/** Writes a comparison for a terminal: the verdict first, the details below it. */
export function renderComparison({ comparison, curves }: Review, options: ComparisonOptions): string {
  const { colors } = options
  const parts = [
    colors.bold(paintVerdict(comparison.verdict, colors)(verdictLine(comparison))),
    ...(comparison.parts ?? [comparison]).map((part) => numbersPart(part, curves, options)),
    ...comparison.models.map((model) => modelPart(model, comparison.head, options)),
    gatePart(comparison, colors),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

// Of several models each has its runs and numbers below its name; one that did not change has a line.
function numbersPart(part: Part, curves: readonly Curve[], options: ComparisonOptions): string {
  const { base, head, of, params } = part
  const name = of === undefined ? '' : options.colors.bold(`runs of ${safeText(of.join(', '))}`)
  if (of !== undefined && isSameRun(part) && !options.all)
    return `${name}  ${options.colors.dim(`the same run on both sides: ${safeText(head.record?.name ?? '')}`)}`
  const own = curves.filter((curve) => curve.of?.join() === of?.join())
  const sides = [sideLine('base', base, options.width), sideLine('head', head, options.width)]
  return [
    (name === '' ? sides : [name, ...sides]).join('\n'),
    metricsPart(part, options),
    curvesPart(own, options),
    paramsPart(params, options),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

function metricsPart({ metrics }: Part, { colors, width, all }: ComparisonOptions): string {
  const shown = all ? metrics : metrics.filter(isNotable)
  const hidden = metrics.filter((metric) => !shown.includes(metric))
  const rest = hidden.length === 0 ? '' : colors.dim(`${quietText(hidden)}, hidden; --all shows them`)
  if (shown.length === 0) return rest
  const columns: Column[] = [
    { title: 'metric', shrinkTo: 24 },
    { title: 'base', align: 'decimal' },
    { title: 'head', align: 'decimal' },
    { title: 'change', align: 'right' },
    { title: '', align: 'right' },
    { title: '' },
    { title: 'gate', shrinkTo: 4 },
  ]
  const rows = shown.map((metric): Cell[] => [
    [metric.name, goalArrow(metric)].filter(Boolean).join(' '),
    sideValue(metric, 'base'),
    sideValue(metric, 'head'),
    changeText(metric),
    relativeText(metric),
    { text: verdictMark(verdictText(metric)), paint: paintVerdict(metric.verdict, colors) },
    ruleText(metric),
  ])
  const table = renderTable(columns, rows, 'text', { width, colors: { bold: colors.dim } }).trimEnd()
  return rest === '' ? table : `${table}\n${rest}`
}

function verdictMark(word: string): string {
  return word.startsWith('better') ? `✓ ${word}` : word.startsWith('worse') ? `✗ ${word}` : word
}

const MAX_CURVES = 3

// Both lines of a curve have one scale, so that they can be compared by eye.
function curvesPart(all: readonly Curve[], { colors, width, ...options }: ComparisonOptions): string {
  const curves = options.all ? all : all.slice(0, MAX_CURVES)
  if (curves.length === 0) return ''
  const names = curves.map(({ name }) => truncateToWidth(safeText(name), 24))
  const widest = greatest(names.map(displayWidth))
  const room = Math.max(10, Math.min(40, width - widest - 8))
  const lines = curves.flatMap((curve, index) => {
    const scale = extentOf(curve)?.value
    const draw = (which: string, line: CurveLine | undefined, name: string): string[] => {
      if (line === undefined) return []
      const space = ' '.repeat(widest - displayWidth(name))
      return [`${name}${space}  ${colors.dim(which)}  ${sparkline(line.value, room, scale)}`]
    }
    const first = draw('base', curve.base, names[index]!)
    return [...first, ...draw('head', curve.head, first.length === 0 ? names[index]! : '')]
  })
  return lines.join('\n')
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

function modelPart(model: ModelChange, head: Side, options: ComparisonOptions): string {
  const { name, path, weights, card } = model
  const { colors, width, all } = options
  const shown = all ? card.changes : writtenFields(card)
  const lines = [
    `${colors.bold(safeText(name))}  ${colors.dim(safeText(path))}`,
    `  weights  ${weightsText(weights)}`,
    ...fileLines(weights, options),
  ]
  if (shown.length === 0) {
    const said = [cardText(model), cardCommand(model, head)].filter((text) => text !== undefined)
    return [...lines, `  card     ${safeText(said.join(': '))}`].join('\n')
  }
  const rows = shown.map(({ field, before, after }) => [field, fieldText(before), fieldText(after)])
  const columns: Column[] = [
    { title: 'card', shrinkTo: 20 },
    { title: 'base', shrinkTo: 10 },
    { title: 'head', shrinkTo: 10 },
  ]
  const table = renderTable(columns, rows, 'text', { width: width - 2, colors: { bold: colors.dim } })
  const indented = table.trimEnd().split('\n')
  return [...lines, ...indented.map((line) => `  ${line}`)].join('\n')
}

const MAX_FILES = 20

// The one file of a model is said already; of several each has a line, and what was found inside follows.
function fileLines(
  { base, head, files }: ModelChange['weights'],
  { colors, all }: ComparisonOptions,
): string[] {
  const isAlone = Math.max(base?.files ?? 0, head?.files ?? 0) <= 1
  const shown = all ? files : files.slice(0, MAX_FILES)
  const lines = shown.flatMap((file) => {
    const inside = (file.details ?? []).flatMap(({ title, level, lines: said }) => {
      const paint = level === 'warning' ? colors.yellow : colors.dim
      return said.map((line) => `    ${paint(`${safeText(title)}: ${safeText(line)}`)}`)
    })
    return isAlone ? inside : [`    ${safeText(file.path)}  ${fileText(file)}`, ...inside]
  })
  const hidden = files.length - shown.length
  return hidden === 0 ? lines : [...lines, colors.dim(`    ${hidden} more files changed; --all shows them`)]
}

function gatePart({ gate, ...comparison }: Comparison, colors: Colors): string {
  const { passed, failures, changes, loosened } = gate
  const whole = { gate, ...comparison }
  const quiet = loosened.filter((failure) => !failures.includes(failure))
  return [
    `gate: ${passed ? colors.green('passed') : colors.red('failed')}`,
    ...failures.map((failure) => `  ${gateText(failure, whole)}`),
    ...changes.map((change) => `  rule changed: ${ruleChangeText(change)}`),
    ...[unreadableText(gate)].filter(Boolean).map((said) => colors.yellow(`  ${said}`)),
    ...quiet.map((failure) =>
      colors.yellow(`  would fail by the rules of the base: ${gateText(failure, whole)}`),
    ),
  ].join('\n')
}

// Where it does not fit on one line, why it is this run stands below.
function sideLine(which: string, side: Side, width: number): string {
  const run =
    side.record === undefined ? '' : `  run ${side.record.run.slice(0, 12)} ${safeText(side.record.name)}`
  const [label, reason] = [sideLabel(side), sideReason(side)]
  const shown = label === '' ? '' : `${safeText(label)} `
  const line = `${which}  ${shown}${side.commit.slice(0, 12)}${run}`
  if (reason === '') return line
  const fits = displayWidth(line) + displayWidth(reason) + 4 <= width
  return `${line}${fits ? '  ' : '\n      '}(${reason})`
}

function paintVerdict(verdict: string, colors: Colors): (text: string) => string {
  if (verdict === 'better') return colors.green
  if (verdict === 'worse') return colors.red
  return verdict === 'mixed' ? colors.yellow : (text) => text
}
