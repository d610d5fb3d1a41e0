import type { CardDetails, CardEvaluation, CardWeights } from '../../domain/card.ts'
import { cardFields } from '../../domain/card-fields.ts'
import { groupFields } from '../../domain/unknown-fields.ts'
import { isMap, member } from '../../domain/card-value.ts'
import type { ShownCard } from '../../features/show-model-card.ts'
import type { Colors } from '../colors.ts'
import { showCardValue } from './card-value.ts'
import { formatNumber, formatSize } from './number.ts'
import { specOf } from '../../domain/model-spec.ts'
import { formatDuration, formatTime } from './duration.ts'
import type { Fact, Section } from './sections.ts'

const SHORT = 12

/** Lays out a card for people. */
export function cardSections(shown: ShownCard, colors: Colors): Section[] {
  const { model } = shown.found
  const head: Section = { title: `card of ${model.name}`, facts: stateFacts(shown, colors) }
  if (shown.card === undefined) return [head, { title: 'text as it is stored', text: shown.text }]
  const details: CardDetails = isMap(shown.card.card) ? shown.card.card : {}
  const sections = [
    head,
    fieldsOf('metadata', withoutOwn(shown.card)),
    fieldsOf('identity', details.identity),
    weightsSection(details.weights),
    trainingSection(details.training),
    fieldsOf('data', details.data),
    evaluationSection(details.evaluation),
    fieldsOf('considerations', details.considerations),
    fieldsOf('environment', details.environment),
    conflictSection(shown, colors),
    typeof details.body === 'string' && details.body.trim() !== ''
      ? { title: 'text', text: details.body }
      : undefined,
  ]
  return sections.filter((section) => section !== undefined)
}

function stateFacts({ staleFrom, problems, unknown, newer, card, found }: ShownCard, colors: Colors): Fact[] {
  const { model } = found
  const state: Fact =
    staleFrom === undefined
      ? { label: 'state', value: 'for these weights', paint: colors.green }
      : {
          label: 'state',
          value: `stale: for the earlier weights of ${staleFrom.slice(0, SHORT)}`,
          paint: colors.yellow,
        }
  const where = model.revision === undefined ? 'the work tree' : `commit ${model.revision.slice(0, SHORT)}`
  const facts: Fact[] = [{ label: 'weights', value: `${model.path} in ${where}` }, state]
  if (newer)
    facts.push({
      label: 'format',
      value: `${String(card?.schema)}, newer than this program`,
      paint: colors.yellow,
    })
  if (problems.length > 0) {
    facts.push({
      label: 'problems',
      value: `${problems.length}; see git model card check ${specOf(model)}`,
      paint: colors.red,
    })
  }
  if (unknown.length > 0) facts.push({ label: 'unknown', value: groupFields(unknown) })
  return facts
}

function withoutOwn(card: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(card).filter(([key]) => key !== 'schema' && key !== 'card'))
}

// What is unknown stands in one line at the top, not all over the page.
function fieldsOf(title: string, value: unknown): Section | undefined {
  const fields = cardFields(value ?? {}).filter((field) => field.value !== null && !isEmptyMap(field.value))
  if (fields.length === 0) return undefined
  return { title, facts: fields.map((field) => ({ label: field.field, value: showCardValue(field.value) })) }
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0
}

function weightsSection(weights: CardWeights[] | null | undefined): Section | undefined {
  if (!Array.isArray(weights) || weights.length === 0) return undefined
  const columns = [
    { title: 'file' },
    { title: 'format' },
    { title: 'size', align: 'right' as const },
    { title: 'tensors', align: 'right' as const },
    { title: 'parameters' },
    { title: 'oid' },
  ]
  return { title: 'weights', table: { columns, rows: weights.map(weightsRow) } }
}

function weightsRow(file: CardWeights): string[] {
  const text = (key: string): string => orDash(member(file, key))
  const size = member(file, 'size')
  return [
    text('path'),
    text('format'),
    typeof size === 'number' ? formatSize(size) : orDash(size),
    text('tensors'),
    orDash(member(file, 'parameters')),
    text('oid')
      .replace(/^sha256:/, '')
      .slice(0, SHORT),
  ]
}

function orDash(value: unknown): string {
  return value === null || value === undefined ? '–' : showCardValue(value)
}

function trainingSection(training: CardDetails['training']): Section | undefined {
  if (!isMap(training)) return undefined
  const { duration, run, code, ...rest } = training
  const facts: Fact[] = []
  if (typeof run === 'string') facts.push({ label: 'run', value: run.slice(0, SHORT) })
  if (typeof code === 'string') facts.push({ label: 'code', value: code.slice(0, SHORT) })
  if (typeof duration === 'number') facts.push({ label: 'duration', value: formatDuration(duration * 1000) })
  const others = fieldsOf('training', rest)?.facts ?? []
  return facts.length + others.length === 0 ? undefined : { title: 'training', facts: [...facts, ...others] }
}

function evaluationSection(evaluation: CardEvaluation[] | null | undefined): Section | undefined {
  if (!Array.isArray(evaluation) || evaluation.length === 0) return undefined
  const columns = [
    { title: 'metric' },
    { title: 'value', align: 'decimal' as const },
    { title: 'data set' },
    { title: 'date' },
    { title: 'source' },
  ]
  return { title: 'evaluation', table: { columns, rows: evaluation.map(evaluationRow) } }
}

function evaluationRow(item: CardEvaluation): string[] {
  const metric = member(item, 'metric')
  const value = member(metric, 'value')
  const unit = member(metric, 'unit')
  const number = typeof value === 'number' ? formatNumber(value) : orDash(value)
  return [
    [member(metric, 'name') ?? member(metric, 'type'), member(metric, 'slice')]
      .filter((part) => part != null)
      .map(showCardValue)
      .join(' on '),
    typeof unit === 'string' ? `${number} ${unit}` : number,
    orDash(member(item, 'dataset')),
    shortDate(member(item, 'date')),
    orDash(member(item, 'source')).replace(/^(run:[0-9a-f]{12})[0-9a-f]+$/, '$1'),
  ]
}

function shortDate(value: unknown): string {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return orDash(value)
  return formatTime(new Date(value).toISOString()).slice(0, 10)
}

function conflictSection({ conflicts, found }: ShownCard, colors: Colors): Section | undefined {
  if (conflicts.length === 0) return undefined
  const facts = conflicts.map(({ field, values }) => ({
    label: field,
    value: values.map((value) => showCardValue(value)),
    paint: colors.red,
  }))
  return {
    title: 'conflicts',
    facts,
    remark: `settle them with: git model card resolve ${specOf(found.model)}`,
  }
}
