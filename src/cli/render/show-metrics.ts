import type { MetricConfig } from '../../domain/config.ts'
import { fromStored, type StoredNumber } from '../../domain/number.ts'
import type { MetricSummary } from '../../domain/run.ts'
import type { Series } from '../../domain/series.ts'
import { sparkline } from '../../domain/sparkline.ts'
import type { ShownRun } from '../../features/show-run.ts'
import type { Colors } from '../colors.ts'
import { formatNumber } from './number.ts'
import type { Section } from './sections.ts'
import type { Cell } from './column.ts'

const SPARKLINE = 24

/** Lays out the metrics of a run: last and best values, extremes, and a sparkline of each history. */
export function metricsSection({ run, series, config }: ShownRun, colors: Colors): Section {
  const summaries = Object.entries(run.record.metrics ?? {})
  if (summaries.length === 0) return { title: 'metrics', remark: 'none were logged' }
  const settings = new Map(Object.entries(config.metrics ?? {}))
  const hasGoal = summaries.some(([name]) => settings.get(name)?.goal !== undefined)
  const columns = [
    { title: 'metric', shrinkTo: 16 },
    { title: 'last', align: 'decimal' as const },
    ...(hasGoal ? [{ title: 'best', align: 'decimal' as const }] : []),
    { title: 'min', align: 'decimal' as const },
    { title: 'max', align: 'decimal' as const },
    { title: 'points', align: 'right' as const },
    { title: 'step', align: 'right' as const },
    { title: 'history' },
  ]
  const rows = summaries.map(([name, summary]): Cell[] => [
    name,
    { text: formatNumber(summary.last), paint: colors.bold },
    ...(hasGoal ? [bestCell(summary, settings.get(name))] : []),
    formatNumber(summary.min),
    formatNumber(summary.max),
    String(summary.count),
    String(summary.step),
    history(series, name, summary),
  ])
  const remark = historyRemark(series, summaries)
  return { title: 'metrics', table: { columns, rows }, ...(remark !== undefined && { remark }) }
}

function bestCell(summary: MetricSummary, settings: MetricConfig | undefined): Cell {
  const goal = settings?.goal
  if (goal === undefined) return ''
  return `${formatNumber(goal === 'max' ? summary.max : summary.min)} ${goal === 'max' ? '↑' : '↓'}`
}

function history(series: Series | undefined, name: string, summary: MetricSummary): string {
  const values = columnOf(series, name)
  if (values === undefined) return summary.count > 1 ? 'not here' : ''
  return values.length < 2 ? '' : sparkline(values.map(fromStored), SPARKLINE)
}

function historyRemark(
  series: Series | undefined,
  summaries: readonly [string, MetricSummary][],
): string | undefined {
  const missing = summaries.some(([name, { count }]) => count > 1 && columnOf(series, name) === undefined)
  if (missing) return 'the step history is not in this clone: git model sync'
  if (series?.reduced === true) return 'the step history is reduced; the whole of it is among the outputs'
  const hasGap = summaries.some(([name]) => columnOf(series, name)?.includes('NaN') === true)
  return hasGap ? '· is not a number' : undefined
}

function columnOf(series: Series | undefined, name: string): readonly StoredNumber[] | undefined {
  return series !== undefined && Object.hasOwn(series.metrics, name) ? series.metrics[name]!.value : undefined
}
