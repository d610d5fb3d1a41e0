import type { Comparison, ModelChange } from '../../../domain/comparison.ts'
import type { ParamChange, Part } from '../../../domain/compare-part.ts'
import type { MetricChange } from '../../../domain/compare-metrics.ts'
import type { Review } from '../../../domain/review.ts'
import type { Side } from '../../../domain/side.ts'
import { commitUrl, type WebRepository } from '../../../domain/web-url.ts'
import { failedMetrics, gateText, ruleChangeText, unreadableText } from './gate-words.ts'
import { htmlTable, htmlText, page, type HtmlCell } from './html-page.ts'
import {
  changeText,
  failedText,
  goalArrow,
  isNotable,
  metricGroup,
  quietTitle,
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
import { plural } from '../../../domain/plural.ts'
import { sideLabel, sideReason } from './side-words.ts'
import { svgChart } from './svg-chart.ts'
import { isSameRun, partVerdict, tallyLine, verdictLine } from './verdict-words.ts'

/**
 * Writes a comparison as one HTML file that stands by itself: no script, nothing that is loaded from elsewhere, light and
 * dark. Nothing is left out but the numbers of a model whose run did not change. Everything that others may have written is escaped.
 */
export function renderComparisonHtml({ comparison, curves, web }: Review): string {
  const parts = [
    headPart(comparison),
    gatePart(comparison),
    ...(comparison.parts ?? [comparison]).map((part) =>
      numbersPart(part, { comparison, curves, ...(web && { web }) }),
    ),
    ...comparison.models.map((model) => modelPart(model, comparison.head)),
  ]
  return page(`git-model: ${verdictLine(comparison)}`, parts.filter((part) => part !== '').join('\n'))
}

function headPart(comparison: Comparison): string {
  const { gate, verdict } = comparison
  const isGated = comparison.metrics.some(({ gated }) => gated) || !gate.passed
  const badge = gate.passed ? '<b class="badge good">gate passed</b>' : '<b class="badge bad">gate failed</b>'
  return [
    `<h1 class="${gate.passed ? tone(verdict) : 'bad'}">${gate.passed ? '' : 'gate failed · '}${htmlText(verdictLine(comparison))}</h1>`,
    `<p>${isGated ? badge : ''} ${htmlText(tallyLine(comparison))}</p>`,
  ].join('\n')
}

function gatePart(comparison: Comparison): string {
  const { failures, changes, loosened } = comparison.gate
  const quiet = loosened.filter((failure) => !failures.includes(failure))
  const items = [
    ...failures.map((failure) => gateText(failure, comparison)),
    ...changes.map((change) => `rule changed: ${ruleChangeText(change)}`),
    ...[unreadableText(comparison.gate)].filter(Boolean),
    ...quiet.map((failure) => `would fail by the rules of the base: ${gateText(failure, comparison)}`),
  ]
  if (items.length === 0) return ''
  return section('Gate', `<ul>${items.map((item) => `<li>${htmlText(item)}</li>`).join('')}</ul>`)
}

// Of several models each has its runs and numbers below its name; one that did not change has a line.
function numbersPart(part: Part, { comparison, curves, web }: Review): string {
  const { of, head } = part
  if (of !== undefined && isSameRun(part))
    return `<p><b>${htmlText(of.join(', '))}</b>: the same run on both sides, ${htmlText(head.record?.name ?? '')}</p>`
  const own = curves.filter((curve) => curve.of?.join() === of?.join())
  const charts = own.map(svgChart).join('')
  return [
    of === undefined ? '' : `<h1 class="${tone(part.verdict)}">${htmlText(partVerdict(part))}</h1>`,
    sidesPart(part, web),
    metricsPart(part, comparison),
    charts === '' ? '' : section('Curves', `<div class="charts">${charts}</div>`),
    paramsPart(part.params),
  ].join('\n')
}

function sidesPart({ base, head }: Part, web: WebRepository | undefined): string {
  const link = (oid: string): HtmlCell => {
    const name = `<code>${htmlText(oid.slice(0, 12))}</code>`
    return { html: web === undefined ? name : `<a href="${htmlText(commitUrl(web, oid))}">${name}</a>` }
  }
  const row = (which: string, side: Side): HtmlCell[] => [
    which,
    { html: `${htmlText(sideLabel(side))} ${asHtml(link(side.commit))}` },
    side.record === undefined
      ? '–'
      : { html: `${htmlText(side.record.name)} ${asHtml(link(side.record.run))}` },
    side.record?.started.slice(0, 10) ?? '',
    sideReason(side) || 'named',
  ]
  const titles = ['numbers of', 'commit', 'run', 'started', 'why this run']
  return section('Where the numbers come from', htmlTable(titles, [row('base', base), row('head', head)]))
}

function metricsPart(part: Part, { gate }: Comparison): string {
  const { metrics } = part
  const failed = failedMetrics(part, gate)
  const table = (shown: readonly MetricChange[]): string => {
    const groups = [...new Set(shown.map(({ name }) => metricGroup(name)))]
    const rows = groups.flatMap((group) => shown.filter(({ name }) => metricGroup(name) === group))
    return htmlTable(
      ['metric', '>base', '>head', '>change', '>relative', 'verdict', 'gate'],
      rows.map((metric) => metricRow(metric, failed.has(metric.name))),
    )
  }
  const notable = metrics.filter(isNotable)
  const rest = metrics.filter((metric) => !isNotable(metric))
  const folded =
    rest.length === 0 ? '' : `<details><summary>${quietTitle(rest)}</summary>${table(rest)}</details>`
  if (metrics.length === 0) return ''
  return section('Metrics', (notable.length === 0 ? '' : table(notable)) + folded)
}

function metricRow(metric: MetricChange, isFailed: boolean): HtmlCell[] {
  return [
    [metric.name, goalArrow(metric)].filter(Boolean).join(' '),
    sideValue(metric, 'base'),
    sideValue(metric, 'head'),
    changeText(metric),
    relativeText(metric),
    { html: `<span class="${tone(metric.verdict)}">${htmlText(verdictText(metric))}</span>` },
    !metric.gated
      ? ''
      : {
          html: `<span class="${isFailed ? 'bad' : ''}">${htmlText(isFailed ? failedText(metric) : ruleText(metric))}</span>`,
        },
  ]
}

function paramsPart(params: readonly ParamChange[]): string {
  if (params.length === 0) return ''
  const rows = params.map(({ name, base, head }) => [name, scalarText(base), scalarText(head)])
  return section('Parameters that changed', htmlTable(['parameter', 'base', 'head'], rows))
}

function modelPart(model: ModelChange, head: Side): string {
  const { name, path, weights, card } = model
  const isAlone = Math.max(weights.base?.files ?? 0, weights.head?.files ?? 0) <= 1
  const files = weights.files.map((file) => {
    const inside = (file.details ?? []).flatMap(({ title, level, lines }) =>
      lines.map((line) => `<li class="${level}">${htmlText(`${title}: ${line}`)}</li>`),
    )
    const list = inside.length === 0 ? '' : `<ul>${inside.join('')}</ul>`
    // The one file of a model is described already.
    if (isAlone) return inside.join('')
    return `<li><code>${htmlText(file.path)}</code>: ${htmlText(fileText(file))}${list}</li>`
  })
  const written = writtenFields(card)
  const rows = written.map(({ field, before, after }) => [field, fieldText(before), fieldText(after)])
  const command = cardCommand(model, head)
  const toType = command === undefined ? '' : `: <code>${htmlText(command)}</code>`
  const body = [
    `<p>Weights at <code>${htmlText(path)}</code>: ${htmlText(weightsText(weights))}</p>`,
    files.join('') === '' ? '' : `<ul>${files.join('')}</ul>`,
    `<p>Card: ${htmlText(written.length === 0 ? cardText(model) : `${plural(written.length, 'field')} changed`)}${toType}</p>`,
    rows.length === 0 ? '' : htmlTable(['field', 'base', 'head'], rows),
  ]
  return section(`Model ${name}`, body.join(''))
}

function section(title: string, body: string): string {
  return `<section><h2>${htmlText(title)}</h2>${body}</section>`
}

function asHtml(cell: HtmlCell): string {
  return typeof cell === 'string' ? htmlText(cell) : cell.html
}

function tone(verdict: string): string {
  return { better: 'good', worse: 'bad', mixed: 'warning' }[verdict] ?? 'plain'
}
