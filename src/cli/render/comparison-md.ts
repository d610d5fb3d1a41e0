import type { Comparison } from '../../domain/comparison.ts'
import type { Side } from '../../domain/side.ts'
import type { MetricChange } from '../../domain/compare-metrics.ts'
import { escapeMarkdown } from '../../domain/escape-markdown.ts'
import { safeText } from '../../domain/safe-text.ts'
import {
  cardText,
  changeText,
  gateText,
  goalArrow,
  isWritten,
  numberText,
  plural,
  scalarText,
  sideReason,
  valueText,
  verdictLine,
  weightsText,
} from './comparison.ts'
import { renderTable, type Column } from './table.ts'

const MARKS: Readonly<Record<string, string>> = { better: '✅', worse: '❌', same: '➖' }
const VERDICT_MARKS: Readonly<Record<string, string>> = { better: '🟢', worse: '🔴', mixed: '🟡' }

/** Writes a comparison as Markdown for a pull request. Everything that a remote may have written is escaped. */
export function renderComparisonMarkdown(comparison: Comparison): string {
  const { metrics, params, models, gate } = comparison
  const mark = VERDICT_MARKS[comparison.verdict]
  const notable = metrics.filter(({ verdict, primary }) => primary || verdict !== 'same')
  const rest = metrics.filter((metric) => !notable.includes(metric))
  const parts = [
    `### ${mark === undefined ? '' : `${mark} `}${escapeMarkdown(verdictLine(comparison))}`,
    gate.passed
      ? '**Gate: passed**'
      : `**Gate: failed**\n\n${gate.failures.map((failure) => `- ${escapeMarkdown(gateText(failure, comparison))}`).join('\n')}`,
    notable.length === 0 ? '' : metricsTable(notable),
    rest.length === 0 ? '' : details(plural(rest.length, 'unchanged metric'), metricsTable(rest)),
    params.length === 0 ? '' : details(plural(params.length, 'changed parameter'), paramsTable(comparison)),
    ...models.map((model) => modelPart(model)),
    details(
      'Where the numbers come from',
      [sideLine('base', comparison.base), sideLine('head', comparison.head)].join('\n'),
    ),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function metricsTable(metrics: readonly MetricChange[]): string {
  const columns: Column[] = [
    { title: 'metric' },
    { title: 'base', align: 'right' },
    { title: 'head', align: 'right' },
    { title: 'change', align: 'right' },
    { title: '' },
  ]
  const rows = metrics.map((metric) => [
    [metric.name, goalArrow(metric)].filter(Boolean).join(' '),
    numberText(metric.base),
    numberText(metric.head),
    changeText(metric),
    [MARKS[metric.verdict], metric.verdict].filter(Boolean).join(' '),
  ])
  return renderTable(columns, rows, 'md').trimEnd()
}

function paramsTable({ params }: Comparison): string {
  const rows = params.map(({ name, base, head }) => [name, scalarText(base), scalarText(head)])
  return renderTable([{ title: 'param' }, { title: 'base' }, { title: 'head' }], rows, 'md').trimEnd()
}

function modelPart({ name, path, weights, card }: Comparison['models'][number]): string {
  const written = card.changes.filter(isWritten)
  const lines = [
    `**${escape(name)}** (${escape(path)})`,
    '',
    `- weights: ${escape(weightsText(weights))}`,
    `- card: ${written.length === 0 ? cardText(card) : `${plural(written.length, 'field')} changed`}`,
  ]
  if (written.length === 0) return lines.join('\n')
  const rows = written.map(({ field, before, after }) => [field, valueText(before), valueText(after)])
  const table = renderTable([{ title: 'field' }, { title: 'base' }, { title: 'head' }], rows, 'md').trimEnd()
  return `${lines.join('\n')}\n\n${details(`Card of ${escape(name)}`, table)}`
}

function sideLine(which: string, side: Side): string {
  const run =
    side.record === undefined ? '' : `, run ${side.record.run.slice(0, 12)} ${escape(side.record.name)}`
  const reason = sideReason(side)
  return `- ${which}: ${escape(side.label)} at ${side.commit.slice(0, 12)}${run}${reason === '' ? '' : ` (${escape(reason)})`}`
}

function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
}

function escape(text: string): string {
  return escapeMarkdown(safeText(text))
}
