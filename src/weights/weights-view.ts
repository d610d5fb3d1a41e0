import type { WeightFormat } from './weight-format.ts'

/** A tensor as a weight file lists it, of whatever format. */
export interface TensorView {
  name: string
  /** As safetensors spells it (`F32`, `BF16`, `I64`); what safetensors has no name for, as its format does (`Q4_K`). */
  dtype: string
  /** Outermost dimension first. */
  shape: number[]
  /** What it takes, in bytes; absent where the format does not say. */
  bytes?: number
  /**
   * Where it stands in its file: its first byte and the one after its last, counted from the file's beginning.
   * Absent where the bytes do not stand there as they are: row by row, little-endian, uncompressed.
   */
  begin?: number
  end?: number
  /** The file that holds it, relative to the folder of the one that was opened; absent: the opened file itself. */
  file?: string
}

/** What can be said of weights without loading them. */
export interface WeightsView {
  format: WeightFormat
  /** In bytes, with every file that belongs to it. */
  size: number
  /** Whether the tensors of this format can be listed at all. */
  isListed: boolean
  /** In the order of the file. */
  tensors: TensorView[]
  /** What its writer noted; values that are no text are written as JSON. */
  metadata: Record<string, string>
  /** The other files that belong to it, relative to its folder: shards, external data. */
  files: string[]
  /** What is odd but not wrong. */
  warnings: string[]
}

/** Counts parameters by dtype, in the order of the dtypes' names. */
export function countParameters(
  tensors: readonly Pick<TensorView, 'dtype' | 'shape'>[],
): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { dtype, shape } of tensors) {
    counts.set(dtype, (counts.get(dtype) ?? 0) + shape.reduce((product, length) => product * length, 1))
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
