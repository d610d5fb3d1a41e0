import { writeSums } from './blend-piece.ts'
import { readBlock } from './compare-piece.ts'
import type { Spot } from './copy-piece.ts'
import { BLOCK, PLACES, type TensorKernel } from './kernel.ts'
import { loadBlock, padded } from './load-block.ts'
import { numberKind } from './number-kind.ts'
import type { OpenFiles } from './open-files.ts'

/** A question for the size of a tensor's change that so many changes reach. */
export interface ThresholdPiece {
  kind: 'threshold'
  dtype: string
  count: number
  base: Spot
  input: Spot
  /** How many of the largest changes are to reach it, at least 1. */
  rank: number
}

/** Elements that are to be merged by the signs of their changes. */
export interface TiesPiece {
  kind: 'ties'
  dtype: string
  count: number
  base: Spot
  inputs: (Spot & { weight: number; threshold: number })[]
  scale: number
  to: Spot
}

/**
 * Returns the rank-th largest absolute change of a tensor, as F32: by its bits, whose order is that of the numbers. Two
 * passes, of which each counts 2^16 classes: exact, and memory does not depend on the size.
 */
export function thresholdPiece(kernel: TensorKernel, files: OpenFiles, piece: ThresholdPiece): number {
  const high = new Float64Array(65_536)
  forEachBlock(kernel, files, piece, (bits, count) => {
    for (let i = 0; i < count; i++) high[bits[i]! >>> 16]! += 1
  })
  const { at: top, left } = classOf(high, piece.rank)
  const low = new Float64Array(65_536)
  forEachBlock(kernel, files, piece, (bits, count) => {
    for (let i = 0; i < count; i++) if (bits[i]! >>> 16 === top) low[bits[i]! & 0xffff]! += 1
  })
  const { at: rest } = classOf(low, left)
  return new Float32Array(Uint32Array.of(top * 65_536 + rest).buffer)[0]!
}

function classOf(counts: Float64Array, rank: number): { at: number; left: number } {
  let left = rank
  for (let at = counts.length - 1; at > 0; at--) {
    if (counts[at]! >= left) return { at, left }
    left -= counts[at]!
  }
  return { at: 0, left }
}

function forEachBlock(
  kernel: TensorKernel,
  files: OpenFiles,
  { dtype, count: all, base, input }: ThresholdPiece,
  task: (bits: Uint32Array, count: number) => void,
): void {
  const changes = new Float32Array(BLOCK)
  const bits = new Uint32Array(changes.buffer)
  for (let at = 0; at < all; at += BLOCK) {
    const count = Math.min(BLOCK, all - at)
    const from = readNumbers(kernel, files, 'rawA', base, dtype, at, count)
    const to = readNumbers(kernel, files, 'rawB', input, dtype, at, count)
    for (let i = 0; i < count; i++) changes[i] = Math.abs(changeOf(from[i]!, to[i]!))
    task(bits, count)
  }
}

function readNumbers(
  kernel: TensorKernel,
  files: OpenFiles,
  side: 'rawA' | 'rawB',
  spot: Spot,
  dtype: string,
  at: number,
  count: number,
): Float32Array | Float64Array {
  const kind = numberKind(dtype)!
  readBlock(kernel, files, side, { ...spot, dtype }, kind.width, at, count)
  const wide = side === 'rawA' ? PLACES.wideA : PLACES.wideB
  const block = loadBlock(kernel, kind, PLACES[side], wide, padded(count))
  return block.type === 'f32'
    ? new Float32Array(kernel.memory, block.at, count)
    : new Float64Array(kernel.memory, block.at, count)
}

/**
 * Merges by TIES (Yadav et al., 2023, arXiv:2306.01708): changes below their input's threshold are dropped, the sign
 * with the greater sum wins, and the mean of the changes with that sign is added to the base, times a scale.
 */
export function tiesPiece(kernel: TensorKernel, files: OpenFiles, piece: TiesPiece): undefined {
  const { dtype, inputs, scale } = piece
  const [sum, up, down, upWeight, downWeight] = Array.from(
    { length: 5 },
    () => new Float64Array(BLOCK),
  ) as Lanes
  for (let at = 0; at < piece.count; at += BLOCK) {
    const count = Math.min(BLOCK, piece.count - at)
    const base = Float64Array.from(readNumbers(kernel, files, 'rawA', piece.base, dtype, at, count))
    for (const lane of [sum, up, down, upWeight, downWeight]) lane.fill(0)
    for (const { weight, threshold, ...spot } of inputs) {
      const values = readNumbers(kernel, files, 'rawB', spot, dtype, at, count)
      for (let i = 0; i < count; i++) {
        const change = changeOf(base[i]!, values[i]!)
        if (Math.fround(Math.abs(change)) < threshold || change === 0) continue
        sum[i]! += weight * change
        const [total, weights] = change > 0 ? [up, upWeight] : [down, downWeight]
        total[i]! += weight * change
        weights[i]! += weight
      }
    }
    const sums = new Float64Array(kernel.memory, PLACES.sums, padded(count)).fill(0)
    for (let i = 0; i < count; i++) {
      const mean = sum[i] === 0 ? 0 : sum[i]! > 0 ? up[i]! / upWeight[i]! : down[i]! / downWeight[i]!
      sums[i] = base[i]! + scale * mean
    }
    writeSums(kernel, files, piece, at, count)
  }
}

// An infinity that stays is no change, though the difference of both is no number.
function changeOf(from: number, to: number): number {
  return from === to ? 0 : to - from
}

type Lanes = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
