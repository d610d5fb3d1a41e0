import { escapeMarkdown } from '../../domain/escape-markdown.ts'
import { greatest } from '../../domain/greatest.ts'
import { safeText } from '../../domain/safe-text.ts'
import type {
  LayerChange,
  TensorChange,
  TensorLayout,
  TensorMove,
  TensorState,
  WeightsDiff,
} from '../../domain/weights-diff.ts'
import { fromStored, type StoredNumber } from '../../domain/number.ts'
import type { Colors } from '../colors.ts'
import { formatNumber, formatSize } from './number.ts'
import { renderTable } from './table.ts'
import type { Column } from './column.ts'

/** How a comparison of weights is written. */
export interface WeightsDiffOptions {
  format: 'text' | 'md'
  colors: Colors
  width: number
  /** Every layer and tensor, however many. */
  all: boolean
}

const SHOWN = 30

/** Writes what differs between two versions of weights: the sums first, then layers, then tensors. */
export function renderWeightsDiff(diff: WeightsDiff, options: WeightsDiffOptions): string {
  const { format, colors } = options
  const bold = (text: string): string => (format === 'md' ? `**${text}**` : colors.bold(text))
  const escape = (text: string): string => (format === 'md' ? escapeMarkdown(safeText(text)) : safeText(text))
  const parts = [
    bold(`${escape(diff.before.label)} → ${escape(diff.after.label)}`),
    escape(
      sideText(diff.before) === sideText(diff.after)
        ? sideText(diff.after)
        : `${sideText(diff.before)} → ${sideText(diff.after)}`,
    ),
    escape(summaryText(diff)),
    ...oddTexts(diff).map((text) => (format === 'md' ? `⚠️ ${escape(text)}` : colors.red(escape(text)))),
    ...(diff.metadata.length === 0
      ? []
      : [escape(`metadata: ${diff.metadata.map(metadataText).join(', ')}`)]),
  ]
  const tables = [layersTable(diff.layers, options), tensorsTable(diff.tensors, options)]
  const head = parts.join(format === 'md' ? '  \n' : '\n')
  return `${[head, ...tables.filter((table) => table !== '')].join('\n\n')}\n`
}

/** `2 tensors changed, 2 unchanged; moved 0.012 of its norm, cosine 0.99992` */
export function summaryText({ counts, move, compared }: WeightsDiff): string {
  const words = STATES.filter((state) => (counts[state] ?? 0) > 0).map(
    (state) => `${counts[state]} ${WORDS[state]}`,
  )
  const text = words.length === 0 ? 'no tensors' : words.join(', ')
  if (!compared) return `${text}; only the headers were compared`
  if (move?.relative === undefined || fromStored(move.relative) === 0) return text
  return `${text}; moved by ${numberText(move.relative)} of the norm${move.cosine === undefined ? '' : `, cosine ${cosineText(move.cosine)}`}`
}

const STATES: readonly TensorState[] = [
  'added',
  'removed',
  'renamed',
  'reshaped',
  'retyped',
  'changed',
  'unchanged',
  'uncompared',
]

const WORDS: Readonly<Record<TensorState, string>> = {
  ...(Object.fromEntries(STATES.map((state) => [state, state])) as Record<TensorState, string>),
  uncompared: 'of the same name, dtype and shape',
}

function sideText({ tensors, parameters, size }: WeightsDiff['before']): string {
  const noun = tensors === 1 ? 'tensor' : 'tensors'
  return `${tensors} ${noun}, ${parameters.toLocaleString('en')} parameters, ${formatSize(size)}`
}

/** Says where NaN or infinite elements are that the other side does not have. */
export function oddTexts({ tensors }: WeightsDiff): string[] {
  const odd = tensors.flatMap(({ before, after, move }) => {
    const name = (after ?? before)!.name
    return [
      ...(move?.nan === undefined || move.nan[0] === move.nan[1] ? [] : [oddText('NaN', name, move.nan)]),
      ...(move?.infinite === undefined || move.infinite[0] === move.infinite[1]
        ? []
        : [oddText('infinite', name, move.infinite)]),
    ]
  })
  return odd.length > 5
    ? [...odd.slice(0, 5), `and ${odd.length - 5} more tensors with NaN or infinite elements`]
    : odd
}

function oddText(what: string, name: string, [before, after]: [number, number]): string {
  return `${what} elements in ${name}: ${before} → ${after}`
}

function metadataText({ key, before, after }: WeightsDiff['metadata'][number]): string {
  const short = (text: string | undefined): string =>
    text === undefined ? '–' : text.length > 40 ? `${text.slice(0, 39)}…` : text
  return `${key} ${short(before)} → ${short(after)}`
}

function layersTable(layers: readonly LayerChange[], options: WeightsDiffOptions): string {
  const moved = layers.filter(({ changed }) => changed > 0)
  if (moved.length === 0) return ''
  const most = greatest(moved.map(({ move }) => shareOf(move)))
  const shown = options.all ? moved : keepMost(moved)
  const columns: Column[] = [
    { title: 'layer', shrinkTo: 16 },
    { title: 'moved' },
    { title: 'relative', align: 'decimal' },
    { title: 'largest', align: 'decimal', expendable: 1 },
    { title: 'cosine', align: 'decimal', expendable: 2 },
    { title: 'tensors', align: 'right' },
  ]
  const rows = shown.map(({ name, move, changed, tensors }) => [
    name,
    bar(most === 0 ? 0 : shareOf(move) / most),
    numberText(move?.relative),
    numberText(move?.largest),
    move?.cosine === undefined ? '–' : cosineText(move.cosine),
    `${changed} of ${tensors}`,
  ])
  return withRest(table(columns, rows, options), moved.length - shown.length, 'layers moved less', options)
}

// In the order of the model, those that moved most.
function keepMost(layers: readonly LayerChange[]): LayerChange[] {
  if (layers.length <= SHOWN) return [...layers]
  const kept = new Set([...layers].sort((a, b) => shareOf(b.move) - shareOf(a.move)).slice(0, SHOWN))
  return layers.filter((layer) => kept.has(layer))
}

function shareOf(move: TensorMove | undefined): number {
  const value = move?.relative === undefined ? 0 : fromStored(move.relative)
  return Number.isFinite(value) ? value : 0
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const BAR = 16

/** Draws a share from 0 to 1; whatever is not zero shows. */
function bar(share: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * BAR * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
}

function tensorsTable(changes: readonly TensorChange[], options: WeightsDiffOptions): string {
  if (changes.length === 0) return ''
  const shown = options.all ? changes : changes.slice(0, SHOWN)
  const columns: Column[] = [
    { title: 'tensor', shrinkTo: 20 },
    { title: '' },
    { title: 'dtype' },
    { title: 'shape' },
    { title: 'relative', align: 'decimal' },
    { title: 'largest', align: 'decimal', expendable: 1 },
    { title: 'cosine', align: 'decimal', expendable: 2 },
    { title: 'elements', align: 'right', expendable: 3 },
  ]
  const rows = shown.map(({ state, before, after, move }) => [
    both(before, after, ({ name }) => name),
    state,
    both(before, after, ({ dtype }) => dtype),
    both(before, after, ({ shape }) => shapeText(shape)),
    numberText(move?.relative),
    numberText(move?.largest),
    move?.cosine === undefined ? '–' : cosineText(move.cosine),
    move === undefined ? '–' : percent(move.changed),
  ])
  return withRest(table(columns, rows, options), changes.length - shown.length, 'tensors differ', options)
}

function table(columns: readonly Column[], rows: readonly string[][], options: WeightsDiffOptions): string {
  const { format, width, colors } = options
  return renderTable(
    columns,
    rows,
    format,
    format === 'md' ? {} : { width, colors: { bold: colors.dim } },
  ).trimEnd()
}

function withRest(text: string, rest: number, what: string, { format, colors }: WeightsDiffOptions): string {
  if (rest <= 0) return text
  const line = `${rest} more ${what}; --all shows them`
  return format === 'md' ? `${text}\n\n${line}` : `${text}\n${colors.dim(line)}`
}

function both(
  before: TensorLayout | undefined,
  after: TensorLayout | undefined,
  read: (layout: TensorLayout) => string,
): string {
  const sides = [before, after].flatMap((layout) => (layout === undefined ? [] : [read(layout)]))
  return [...new Set(sides)].join(' → ')
}

/** `768×3072`; a single number is a `scalar`. */
function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×')
}

/** A distance as people read it. */
export function numberText(value: StoredNumber | undefined): string {
  return value === undefined ? '–' : formatNumber(value, 3)
}

// Near 1 the distance from it is what counts.
function cosineText(cosine: number): string {
  const distance = 1 - Math.abs(cosine)
  if (distance === 0 || distance > 0.01) return String(Number(cosine.toPrecision(4)))
  return String(Number(cosine.toFixed(Math.min(12, Math.ceil(-Math.log10(distance)) + 1))))
}

function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`
  const text = (share * 100).toPrecision(3)
  return share < 0.0001 ? '<0.01%' : share > 0.9999 ? '>99.99%' : `${Number(text)}%`
}
