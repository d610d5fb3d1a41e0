import { toStored, type StoredNumber } from './number.ts'

/** What a tensor is called and how it is laid out. */
export interface TensorLayout {
  name: string
  dtype: string
  shape: number[]
}

/**
 * What became of a tensor. `renamed`: the same content under another name; `reshaped` and `retyped`: the same name with
 * another shape or dtype; `uncompared`: the same name, dtype and shape, and the content was not looked at.
 */
export type TensorState =
  | 'added'
  | 'removed'
  | 'renamed'
  | 'reshaped'
  | 'retyped'
  | 'changed'
  | 'unchanged'
  | 'uncompared'

/** How far numbers moved. Pairs with a NaN or an infinity on either side count only as such. */
export interface TensorMove {
  /** L2 norm of the difference over the L2 norm of the first side. Absent where the dtype is not read as numbers. */
  relative?: StoredNumber
  /** Largest absolute difference. Absent where the dtype is not read as numbers. */
  largest?: StoredNumber
  /** Cosine similarity; absent where a side is all zeros, or the dtype is not read as numbers. */
  cosine?: number
  /** From 0 to 1: the share of elements (of bytes where the dtype is packed) whose bits differ. */
  changed: number
  /** NaN elements on both sides; absent where there is none. */
  nan?: [before: number, after: number]
  /** Infinite elements on both sides; absent where there is none. */
  infinite?: [before: number, after: number]
}

/** A tensor on both sides, or on one. */
export interface TensorChange {
  state: TensorState
  before?: TensorLayout
  after?: TensorLayout
  /** Where both sides have as many elements and were compared. */
  move?: TensorMove
}

/** The tensors whose names begin alike, taken together. */
export interface LayerChange {
  name: string
  tensors: number
  /** How many of them are not the same on both sides. */
  changed: number
  /** Over all tensors of the layer that were compared. */
  move?: TensorMove
}

/** The weights of one side. */
export interface WeightsSide {
  label: string
  tensors: number
  parameters: number
  /** In bytes, of all files. */
  size: number
}

/** What differs between two versions of weights. */
export interface WeightsDiff {
  before: WeightsSide
  after: WeightsSide
  /** Whether the contents were compared, or the headers alone. */
  compared: boolean
  counts: Partial<Record<TensorState, number>>
  /** Those that are not the same on both sides, in the order of the second side, then what was removed. */
  tensors: TensorChange[]
  /** In the order of the second side. */
  layers: LayerChange[]
  /** Over all tensors that were compared. */
  move?: TensorMove
  /** Metadata of the files that differ, by key. */
  metadata: { key: string; before?: string; after?: string }[]
}

/** What a comparison summed up, over one tensor or several. */
export interface MoveSums {
  count: number
  changed: number
  difference: number
  first: number
  second: number
  product: number
  largest: number
  nan: number
  infinite: number
  nanNow: number
  infiniteNow: number
}

/**
 * Turns sums into what people ask for.
 *
 * @param isNumeric - whether the dtype is read as numbers.
 */
export function describeMove(sums: MoveSums, isNumeric = true): TensorMove {
  const { count, changed, nan, nanNow, infinite, infiniteNow } = sums
  const odd = {
    ...(nan + nanNow > 0 && { nan: [nan, nanNow] as [number, number] }),
    ...(infinite + infiniteNow > 0 && { infinite: [infinite, infiniteNow] as [number, number] }),
  }
  const share = count === 0 ? 0 : changed / count
  if (!isNumeric) return { changed: share }
  const relative = sums.difference === 0 ? 0 : Math.sqrt(sums.difference) / Math.sqrt(sums.first)
  const norms = Math.sqrt(sums.first) * Math.sqrt(sums.second)
  return {
    relative: toStored(relative),
    largest: toStored(sums.largest),
    // Rounding may lead a hair beyond 1.
    ...(norms > 0 && norms < Infinity && { cosine: Math.max(-1, Math.min(1, sums.product / norms)) }),
    changed: share,
    ...odd,
  }
}

/**
 * Returns the layer of a tensor: its name up to the first number (`model.layers.12`), without its last part where there
 * is none (`hidden.weight` → `hidden`).
 */
export function layerOf(tensor: string): string {
  const numbered = /^(?:.*?[./])??\d+(?=[./]|$)/s.exec(tensor)?.[0]
  const end = Math.max(tensor.lastIndexOf('.'), tensor.lastIndexOf('/'))
  return numbered ?? (end > 0 ? tensor.slice(0, end) : tensor)
}
