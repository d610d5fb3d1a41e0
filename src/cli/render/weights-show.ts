import { foldTensors, type FoldedTensors } from '../../domain/fold-tensors.ts'
import type { ShownWeights } from '../../features/show-weights.ts'
import { codeFacts } from './weights-check.ts'
import { formatSize } from './number.ts'
import { renderSections, type Fact, type PageOptions, type Section } from './sections.ts'
import type { Cell, Column } from './column.ts'

/** How much is shown. */
export interface ShowOptions extends PageOptions {
  /** Every tensor and every entry of the metadata. */
  readonly all: boolean
}

/** The most tensors that are shown one by one. */
const FEW = 40
/** The most lines of a table. */
const MANY = 100
const MAX_METADATA = 20

/** Writes what weights hold. More than 40 tensors are folded: those of repeated layers stand in one line. */
export function renderWeights(shown: readonly ShownWeights[], options: ShowOptions): string {
  return renderSections(
    shown.flatMap((weights) => sectionsOf(weights, options)),
    options,
  )
}

function sectionsOf(weights: ShownWeights, { all }: ShowOptions): Section[] {
  const { path, format, size, files, warnings, isListed, tensors } = weights
  const facts: Fact[] = [
    { label: 'format', value: format },
    {
      label: 'size',
      value: files.length === 0 ? formatSize(size) : `${formatSize(size)} in ${files.length + 1} files`,
    },
    {
      label: 'tensors',
      value: isListed ? group(tensors.length) : unlisted(format),
    },
    ...(tensors.length === 0 ? [] : [{ label: 'parameters', value: countText(weights.parameters) }]),
    ...codeFacts(weights.check),
    ...warnings.slice(0, all ? Infinity : 10).map((value) => ({ label: 'warning', value })),
  ]
  return [{ title: path, facts }, ...metadataSection(weights, all), ...tensorSection(weights, all)]
}

function unlisted(format: ShownWeights['format']): string {
  return format === 'unknown'
    ? 'none: these are no weights of a format that is known here'
    : 'not listed: this format is known by name alone'
}

function countText(parameters: ShownWeights['parameters']): string {
  const counts = Object.entries(parameters).sort(([, a], [, b]) => b - a)
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  const [first] = counts
  if (counts.length === 1) return `${group(total)} ${first![0]}`
  return `${group(total)}: ${counts.map(([dtype, count]) => `${group(count)} ${dtype}`).join(', ')}`
}

function metadataSection({ metadata }: ShownWeights, all: boolean): Section[] {
  const entries = Object.entries(metadata)
  if (entries.length === 0) return []
  const shown = all ? entries : entries.slice(0, MAX_METADATA)
  const rest = entries.length - shown.length
  return [
    {
      title: 'metadata',
      facts: shown.map(([label, value]) => ({ label: cut(label, 60, all), value: cut(value, 200, all) })),
      ...(rest > 0 && { remark: `${rest} more: --all` }),
    },
  ]
}

function tensorSection({ tensors }: ShownWeights, all: boolean): Section[] {
  if (tensors.length === 0) return []
  const single = tensors.map((tensor) => ({ ...tensor, count: 1 }))
  const isFolded = !all && tensors.length > FEW
  const lines = isFolded ? foldTensors(tensors) : single
  const shown = all ? lines : lines.slice(0, MANY)
  const remark = remarkOf(tensors.length, lines.length, shown.length)
  const hasCounts = shown.some(({ count }) => count > 1)
  const columns: Column[] = [
    { title: 'name', shrinkTo: 30 },
    ...(hasCounts ? [{ title: '×', align: 'right' as const }] : []),
    { title: 'dtype' },
    { title: 'shape' },
    { title: 'parameters', align: 'right' },
    { title: 'size', align: 'right' },
  ]
  const rows = shown.map((line) => rowOf(line, hasCounts))
  return [{ title: 'tensors', table: { columns, rows }, ...(remark !== undefined && { remark }) }]
}

function rowOf({ name, dtype, shape, count, bytes }: FoldedTensors, hasCounts: boolean): Cell[] {
  return [
    name,
    ...(hasCounts ? [count === 1 ? '' : String(count)] : []),
    dtype,
    `[${shape.join(', ')}]`,
    group(count * shape.reduce((product, length) => product * length, 1)),
    bytes === undefined ? '?' : formatSize(bytes),
  ]
}

function remarkOf(tensors: number, lines: number, shown: number): string | undefined {
  const parts: string[] = []
  if (lines < tensors)
    parts.push(
      'tensors of one dtype and shape whose names differ only in numbers are one line, with their sums',
    )
  if (shown < lines) parts.push(`${lines - shown} more lines`)
  return parts.length === 0 ? undefined : `${parts.join('; ')}; each tensor by itself: --all`
}

function cut(text: string, longest: number, all: boolean): string {
  return all || text.length <= longest ? text : `${text.slice(0, longest)}…`
}

function group(count: number): string {
  return count.toLocaleString('en-US')
}
