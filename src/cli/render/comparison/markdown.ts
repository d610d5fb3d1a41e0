import type { Comparison } from '../../../domain/comparison.ts'
import type { ParamChange, Part } from '../../../domain/compare-part.ts'
import type { Curve } from '../../../domain/curves.ts'
import type { MetricChange } from '../../../domain/compare-metrics.ts'
import type { Review } from '../../../domain/review.ts'
import { renderTable } from '../table.ts'
import type { Column } from '../column.ts'
import { failedMetrics, gateText, ruleChangeText, unreadableText } from './gate-words.ts'
import { LIMITS, type Limits, Omissions } from './limits.ts'
import { clip, codeText, details, escaped } from './markdown-text.ts'
import { mermaidChart } from './mermaid.ts'
import { metricsTable } from './metrics-table.ts'
import { isNotable, quietTitle, verdictWord } from './metric-words.ts'
import { modelPart } from './model-markdown.ts'
import { partsInOrder } from './parts-in-order.ts'
import { scalarText } from './model-words.ts'
import { plural } from '../../../domain/plural.ts'
import { sidesTable } from './sides-table.ts'
import { isSameRun, tallyLine, verdictLine, verdictMetric } from './verdict-words.ts'

/** The longest report, in bytes of UTF-8. GitHub takes comments of 65,536 characters. */
const MAX_BYTES = 60_000

const MARKS: ReadonlyMap<string, string> = new Map(
  Object.entries({ better: '🟢', worse: '🔴', mixed: '🟡', same: '⚪' }),
)

/** More than the last line ever takes, which says what was left out. */
const FOOTER_BYTES = 1000

/**
 * Writes a comparison as Markdown for a pull request, always below 60,000 bytes: where it would be longer, it is
 * written again with tighter limits, and last without its ends; it says what it leaves out. Of several models those that
 * break a rule or got worse stay longest. Everything that others may have written is escaped.
 *
 * @param below - Markdown to end with; it counts.
 */
export function renderComparisonMarkdown(review: Review, below = ''): string {
  for (const limits of LIMITS) {
    const omitted = new Omissions()
    const text = joined(blocksOf(review, limits, omitted), review, omitted) + below
    if (Buffer.byteLength(text) < MAX_BYTES) return text
  }
  return writeWhatFits(review, below)
}

function joined(blocks: readonly string[], { comparison }: Review, omitted: Omissions): string {
  return `${[...blocks, footer(comparison, omitted)].join('\n\n')}\n`
}

// Whole blocks, so that what stays is valid. The limits hold the verdict and the gate, which come first, below the bound.
function writeWhatFits(review: Review, below: string): string {
  const omitted = new Omissions()
  const blocks = blocksOf(review, LIMITS.at(-1)!, omitted)
  let room = MAX_BYTES - FOOTER_BYTES - Buffer.byteLength(below)
  const fitting = blocks.findIndex((block) => (room -= Buffer.byteLength(block) + 2) < 0)
  return joined(omitted.take(blocks, fitting, 'section'), review, omitted) + below
}

function blocksOf(review: Review, limits: Limits, omitted: Omissions): string[] {
  const { comparison } = review
  const blocks = [
    heading(comparison),
    gatePart(comparison, limits, omitted),
    rulesPart(comparison, limits, omitted),
    ...partBlocks(review, limits, omitted),
    ...omitted
      .take(comparison.models, limits.models, 'model')
      .map((model) => modelPart(model, comparison.head, limits, omitted)),
  ]
  return blocks.filter((block) => block !== '')
}

// Of several models each has its numbers and runs below its name; one that did not change has a line.
function partBlocks(review: Review, limits: Limits, omitted: Omissions): string[] {
  const parts = partsInOrder(review.comparison)
  const isStill = (part: Part): boolean => part.of !== undefined && isSameRun(part)
  const changed = omitted.take(
    parts.filter((part) => !isStill(part)),
    limits.parts,
    'compared model',
  )
  const still = omitted.take(parts.filter(isStill), limits.still, 'unchanged model')
  return [
    ...changed.map((part) => numbersPart(part, review, limits, omitted)),
    ...still.map(({ of, head }) => {
      const name = escaped(of!.join(', '), limits.text)
      return `**${name}**: the same run on both sides, ${escaped(head.record?.name ?? '', limits.text)}`
    }),
  ]
}

function heading(comparison: Comparison): string {
  const tally = tallyLine(comparison)
  const title = `### ${headingMark(comparison)} ${escaped(verdictLine(comparison), 200)}`
  return tally === '' ? title : `${title}\n\n${tally}`
}

// A failed gate is what the reader has to know, whatever the metrics do.
function headingMark(comparison: Comparison): string {
  const { gate, verdict, parts } = comparison
  if (!gate.passed) return '❌ gate failed ·'
  const main = parts === undefined ? verdictMetric(comparison) : undefined
  return main?.spread?.isNoise === true ? '⚪' : (MARKS.get(verdict) ?? '⚪')
}

function gatePart(comparison: Comparison, limits: Limits, omitted: Omissions): string {
  const { passed, failures } = comparison.gate
  if (passed) return comparison.metrics.some(({ gated }) => gated) ? '✅ **Gate passed**' : ''
  const shown = omitted.take(failures, limits.failures, 'broken rule')
  const items = shown.map((failure) => `- ${escaped(gateText(failure, comparison), 4 * limits.text)}`)
  return `**Gate failed**, ${plural(failures.length, 'broken rule')}:\n\n${items.join('\n')}`
}

// A change that loosens its own gate is seen by whoever reads this, even where it passes.
function rulesPart(comparison: Comparison, limits: Limits, omitted: Omissions): string {
  const { changes, loosened, failures, unreadable } = comparison.gate
  if (unreadable !== undefined) return `⚠️ ${escaped(unreadableText(comparison.gate), 4 * limits.text)}`
  const quiet = loosened.filter((failure) => !failures.includes(failure))
  if (changes.length === 0 && quiet.length === 0) return ''
  const item = (text: string): string => `- ${escaped(text, 4 * limits.text)}`
  const isLooser = changes.some(({ looser }) => looser)
  return [
    `${isLooser ? '⚠️ **This change loosens its own gate**' : '**This change alters its own gate**'} (.gitmodel.yaml):\n`,
    ...omitted.take(changes, limits.failures, 'changed rule').map((change) => item(ruleChangeText(change))),
    ...omitted
      .take(quiet, limits.failures, 'broken rule')
      .map((failure) => item(`would fail by the rules of the base: ${gateText(failure, comparison)}`)),
  ].join('\n')
}

function numbersPart(part: Part, review: Review, limits: Limits, omitted: Omissions): string {
  const { of, params } = part
  const curves = review.curves.filter((curve) => curve.of?.join() === of?.join())
  return [
    of === undefined ? '' : `#### ${escaped(of.join(', '), limits.text)}`,
    metricsPart(part, review.comparison, limits, omitted),
    sidesTable(part, review.web, limits),
    curvesPart(curves, limits, omitted),
    paramsPart(params, limits, omitted),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

function metricsPart(part: Part, { gate }: Comparison, limits: Limits, omitted: Omissions): string {
  const failed = failedMetrics(part, gate)
  const table = (metrics: readonly MetricChange[]): string => metricsTable(metrics, failed, limits)
  const notable = part.metrics.filter(isNotable)
  const rest = part.metrics.filter((metric) => !isNotable(metric))
  const isMoved = (metric: MetricChange): boolean => verdictWord(metric) !== 'unchanged'
  const shown = omitted.take(notable, limits.changed, 'changed metric')
  const moved = omitted.take(
    rest.filter(isMoved),
    limits.unchanged,
    'metric within tolerance',
    'metrics within tolerance',
  )
  const unchanged = rest.filter((metric) => !isMoved(metric))
  const folded = [...moved, ...omitted.take(unchanged, limits.unchanged - moved.length, 'unchanged metric')]
  return [
    shown.length === 0 ? '' : table(shown),
    folded.length === 0 ? '' : details(quietTitle(folded), table(folded)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function curvesPart(curves: readonly Curve[], limits: Limits, omitted: Omissions): string {
  const charts = curves.map(mermaidChart).filter((chart) => chart !== undefined)
  const shown = omitted.take(charts, limits.curves, 'curve')
  if (shown.length === 0) return ''
  const legend = 'Grey is the base, blue the head. A run that ended earlier is drawn on with its last value.'
  return details(plural(shown.length, 'curve'), [legend, ...shown].join('\n\n'))
}

function paramsPart(params: readonly ParamChange[], limits: Limits, omitted: Omissions): string {
  if (params.length === 0) return ''
  const columns: Column[] = [{ title: 'parameter' }, { title: 'base' }, { title: 'head' }]
  const shown = omitted.take(params, limits.params, 'parameter')
  const rows = shown.map(({ name, base, head }) =>
    [name, scalarText(base), scalarText(head)].map((text) => clip(text, limits.text)),
  )
  const table = renderTable(columns, rows, 'md').trimEnd()
  return details(plural(params.length, 'changed parameter'), table, params.length <= 10)
}

function footer({ base, head }: Comparison, omitted: Omissions): string {
  const command = codeText(`git model diff ${base.commit.slice(0, 12)} ${head.commit.slice(0, 12)} --all`)
  const left = String(omitted)
  return left === ''
    ? `<sub>${command}</sub>`
    : `Left out to keep this short: ${left}. Everything: ${command}`
}
