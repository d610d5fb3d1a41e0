import type { MetricChange } from '../../../domain/compare-metrics.ts'
import { renderTable } from '../table.ts'
import type { Column } from '../column.ts'
import type { Limits } from './limits.ts'
import { clip } from './markdown-text.ts'
import {
  changeText,
  failedText,
  goalArrow,
  metricGroup,
  relativeText,
  ruleText,
  sideValue,
  verdictText,
} from './metric-words.ts'

const COLUMNS: readonly Column[] = [
  { title: 'metric' },
  { title: 'base', align: 'right' },
  { title: 'head', align: 'right' },
  { title: 'change', align: 'right' },
  { title: 'relative', align: 'right' },
  { title: 'verdict' },
  { title: 'gate' },
]

const MARKS: ReadonlyMap<string, string> = new Map(Object.entries({ better: '✅ ', worse: '❌ ' }))

/** Writes metrics as a Markdown table: those whose names begin alike (`val/`) together, the group of the first one first. */
export function metricsTable(
  metrics: readonly MetricChange[],
  failed: ReadonlySet<string>,
  limits: Limits,
): string {
  const order = [...new Set(metrics.map(({ name }) => metricGroup(name)))]
  const grouped = order.flatMap((group) => metrics.filter(({ name }) => metricGroup(name) === group))
  const rows = grouped.map((metric) => [
    [clip(metric.name, limits.text), goalArrow(metric)].filter(Boolean).join(' '),
    sideValue(metric, 'base'),
    sideValue(metric, 'head'),
    changeText(metric),
    relativeText(metric),
    `${metric.spread?.isNoise === true ? '' : (MARKS.get(metric.verdict) ?? '')}${verdictText(metric)}`,
    gateCell(metric, failed.has(metric.name)),
  ])
  return renderTable(COLUMNS, rows, 'md').trimEnd()
}

function gateCell(metric: MetricChange, isFailed: boolean): string {
  if (!metric.gated) return ''
  return isFailed ? failedText(metric) : `ok: ${ruleText(metric)}`.replace(/: $/, '')
}
