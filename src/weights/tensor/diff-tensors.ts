import {
  describeMove,
  layerOf,
  type LayerChange,
  type TensorChange,
  type TensorLayout,
  type TensorState,
  type WeightsDiff,
} from '../../domain/weights-diff.ts'
import type { ComparePiece } from './compare-piece.ts'
import { joinRenamed, matchTensors, renameCandidates, type TensorPair } from './match-tensors.ts'
import { numberKind } from './number-kind.ts'
import { runPieces, type Progress } from './run-pieces.ts'
import { addStats, emptyStats, type TensorStats } from './tensor-stats.ts'
import { checkUnchanged, type TensorPlace, type PlacedWeights } from './place-tensors.ts'

/** How weights are compared. */
export interface DiffOptions {
  /** Leave the contents alone and compare the headers. */
  headers?: boolean
  progress?: Progress
}

/**
 * Compares two versions of weights tensor by tensor, block by block: memory does not depend on their size.
 *
 * @throws ModelError `weights-invalid` for a file that changes while it is read.
 */
export async function diffTensors(
  before: PlacedWeights & { label: string },
  after: PlacedWeights & { label: string },
  options: DiffOptions = {},
): Promise<WeightsDiff> {
  const matched = matchTensors(before.tensors, after.tensors)
  const pairs = options.headers === true ? matched : await joinMoved(matched, options)
  const stats =
    options.headers === true ? new Map<TensorPair, TensorStats>() : await comparePairs(pairs, options)
  checkUnchanged(before)
  checkUnchanged(after)
  const changes = pairs.map((pair) => toChange(pair, stats.get(pair)))
  const counts: WeightsDiff['counts'] = {}
  for (const { state } of changes) counts[state] = (counts[state] ?? 0) + 1
  const numeric = [...stats].filter(([{ before: place }]) => isNumeric(place)).map(([, sums]) => sums)
  return {
    before: describeSide(before),
    after: describeSide(after),
    compared: options.headers !== true,
    counts,
    tensors: changes.filter(({ state }) => state !== 'unchanged' && state !== 'uncompared'),
    layers: describeLayers(pairs, changes, stats),
    ...(numeric.length > 0 && { move: describeMove(sumUp(numeric)) }),
    metadata: diffMetadata(before.metadata, after.metadata),
  }
}

async function joinMoved(pairs: readonly TensorPair[], { progress }: DiffOptions): Promise<TensorPair[]> {
  const { gone, come } = renameCandidates(pairs)
  const candidates = [...gone, ...come]
  const pieces = candidates.map(({ file, offset = 0, bytes = 0 }) => ({
    kind: 'hash' as const,
    file,
    offset,
    bytes,
  }))
  const digests = await runPieces(pieces, progress)
  return joinRenamed(pairs, new Map(candidates.map((tensor, index) => [tensor, digests[index]!])))
}

/** How many numbers a piece of a tensor has at most. */
const PIECE = 4 * 2 ** 20

async function comparePairs(
  pairs: readonly TensorPair[],
  { progress }: DiffOptions,
): Promise<Map<TensorPair, TensorStats>> {
  const comparable = pairs.filter(isComparable)
  const pieces = comparable.flatMap((pair) => cut(pair).map((piece) => ({ pair, piece })))
  const parts = await runPieces(
    pieces.map(({ piece }) => piece),
    progress,
  )
  const stats = new Map<TensorPair, TensorStats>(comparable.map((pair) => [pair, emptyStats()]))
  for (const [index, { pair }] of pieces.entries()) addStats(stats.get(pair)!, parts[index]!)
  return stats
}

// Numbers are compared across dtypes; what is not read as numbers only with its like.
function isComparable({ before, after }: TensorPair): boolean {
  if (before?.bytes === undefined || after?.bytes === undefined) return false
  if (before.dtype === after.dtype) return before.bytes === after.bytes
  return isNumeric(before) && isNumeric(after) && numbersOf(before) === numbersOf(after)
}

function isNumeric(place: TensorPlace | undefined): boolean {
  return place !== undefined && numberKind(place.dtype) !== undefined
}

function numbersOf({ dtype, bytes = 0 }: TensorPlace): number {
  return bytes / (numberKind(dtype)?.width ?? 1)
}

function cut({ before, after }: TensorPair): ComparePiece[] {
  const all = numbersOf(before!)
  return Array.from({ length: Math.ceil(all / PIECE) }, (_, index) => ({
    kind: 'compare',
    count: Math.min(PIECE, all - index * PIECE),
    a: stretchAt(before!, index * PIECE),
    b: stretchAt(after!, index * PIECE),
  }))
}

function stretchAt({ file, offset = 0, dtype }: TensorPlace, at: number): ComparePiece['a'] {
  return { file, offset: offset + at * (numberKind(dtype)?.width ?? 1), dtype }
}

function toChange({ before, after }: TensorPair, stats: TensorStats | undefined): TensorChange {
  return {
    state: stateOf(before, after, stats),
    ...(before !== undefined && { before: layoutOf(before) }),
    ...(after !== undefined && { after: layoutOf(after) }),
    ...(stats !== undefined && { move: describeMove(stats, isNumeric(before)) }),
  }
}

function stateOf(
  before: TensorPlace | undefined,
  after: TensorPlace | undefined,
  stats: TensorStats | undefined,
): TensorState {
  if (before === undefined) return 'added'
  if (after === undefined) return 'removed'
  if (before.name !== after.name) return 'renamed'
  if (before.dtype !== after.dtype) return 'retyped'
  if (before.shape.join() !== after.shape.join()) return 'reshaped'
  if (stats === undefined) return 'uncompared'
  return stats.changed > 0 ? 'changed' : 'unchanged'
}

function layoutOf({ name, dtype, shape }: TensorPlace): TensorLayout {
  return { name, dtype, shape }
}

function describeSide({ label, tensors, files }: PlacedWeights & { label: string }): WeightsDiff['before'] {
  return {
    label,
    tensors: tensors.length,
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
      0,
    ),
    size: files.reduce((sum, { size }) => sum + size, 0),
  }
}

function describeLayers(
  pairs: readonly TensorPair[],
  changes: readonly TensorChange[],
  stats: ReadonlyMap<TensorPair, TensorStats>,
): LayerChange[] {
  const layers = new Map<string, { layer: LayerChange; sums: TensorStats[] }>()
  for (const [index, pair] of pairs.entries()) {
    const name = layerOf((pair.after ?? pair.before)!.name)
    const entry = layers.get(name) ?? { layer: { name, tensors: 0, changed: 0 }, sums: [] }
    layers.set(name, entry)
    entry.layer.tensors += 1
    if (!['unchanged', 'uncompared'].includes(changes[index]!.state)) entry.layer.changed += 1
    const sums = stats.get(pair)
    if (sums !== undefined && isNumeric(pair.before)) entry.sums.push(sums)
  }
  return [...layers.values()].map(({ layer, sums }) => ({
    ...layer,
    ...(sums.length > 0 && { move: describeMove(sumUp(sums)) }),
  }))
}

function sumUp(parts: readonly TensorStats[]): TensorStats {
  const sum = emptyStats()
  for (const part of parts) addStats(sum, part)
  return sum
}

function diffMetadata(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): WeightsDiff['metadata'] {
  const [left, right] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort()
  return keys
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => {
      const [from, to] = [left.get(key), right.get(key)]
      return { key, ...(from !== undefined && { before: from }), ...(to !== undefined && { after: to }) }
    })
}
