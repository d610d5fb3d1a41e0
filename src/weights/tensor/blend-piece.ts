import { readBlock, type Stretch } from './compare-piece.ts'
import type { Spot } from './copy-piece.ts'
import { BLOCK, PLACES, type TensorKernel } from './kernel.ts'
import { loadBlock, padded } from './load-block.ts'
import { numberKind } from './number-kind.ts'
import type { OpenFiles } from './open-files.ts'

/** Elements of one dtype that are to be the weighted sum of others. */
export interface BlendPiece {
  kind: 'blend'
  /** `F64`, `F32`, `F16` or `BF16`. */
  dtype: string
  count: number
  inputs: (Spot & { weight: number })[]
  to: Spot
}

/** Writes the weighted sum of stretches: summed in F64, rounded to F32 and then to the dtype, to nearest even. */
export function blendPiece(kernel: TensorKernel, files: OpenFiles, piece: BlendPiece): undefined {
  const kind = numberKind(piece.dtype)!
  for (let at = 0; at < piece.count; at += BLOCK) {
    const count = Math.min(BLOCK, piece.count - at)
    const all = padded(count)
    new Float64Array(kernel.memory, PLACES.sums, all).fill(0)
    for (const { weight, ...spot } of piece.inputs) {
      const stretch: Stretch = { ...spot, dtype: piece.dtype }
      readBlock(kernel, files, 'rawA', stretch, kind.width, at, count)
      const block = loadBlock(kernel, kind, PLACES.rawA, PLACES.wideA, all)
      if (block.type === 'f32') kernel.addF32(block.at, PLACES.sums, weight, all)
      else kernel.addF64(block.at, PLACES.sums, weight, all)
    }
    writeSums(kernel, files, piece, at, count)
  }
}

/** Writes the sums in a kernel's memory as elements of a dtype. */
export function writeSums(
  kernel: TensorKernel,
  files: OpenFiles,
  { dtype, to }: { dtype: string; to: Spot },
  at: number,
  count: number,
): void {
  const { width } = numberKind(dtype)!
  const place = narrow(kernel, dtype, padded(count))
  files.write(to.file, to.offset + at * width, new Uint8Array(kernel.memory, place, count * width))
}

function narrow(kernel: TensorKernel, dtype: string, count: number): number {
  if (dtype === 'F64') return PLACES.sums
  kernel.narrowF64(PLACES.sums, PLACES.wideB, count)
  if (dtype === 'F32') return PLACES.wideB
  if (dtype === 'BF16') kernel.narrowBF16(PLACES.wideB, PLACES.rawB, count)
  else kernel.narrowF16(PLACES.wideB, PLACES.rawB, count)
  return PLACES.rawB
}
