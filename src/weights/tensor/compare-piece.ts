import { BLOCK, PLACES, type TensorKernel } from './kernel.ts'
import { loadBlock, padded, rawBytes, type LoadedBlock } from './load-block.ts'
import { numberKind, type NumberKind } from './number-kind.ts'
import type { OpenFiles } from './open-files.ts'
import { addStats, emptyStats, type TensorStats } from './tensor-stats.ts'

/** Elements in a file. */
export interface Stretch {
  file: string
  /** Of the first byte, from the beginning of the file. */
  offset: number
  dtype: string
}

/** Two stretches with as many elements that are to be compared. */
export interface ComparePiece {
  kind: 'compare'
  /** How many numbers; bytes where the dtypes are not read as numbers. */
  count: number
  a: Stretch
  b: Stretch
}

/** Compares two stretches block by block; memory does not depend on their length. */
export function comparePiece(kernel: TensorKernel, files: OpenFiles, piece: ComparePiece): TensorStats {
  const [kindA, kindB] = [numberKind(piece.a.dtype), numberKind(piece.b.dtype)]
  const sum = emptyStats()
  for (let at = 0; at < piece.count; at += BLOCK) {
    const count = Math.min(BLOCK, piece.count - at)
    readBlock(kernel, files, 'rawA', piece.a, kindA?.width ?? 1, at, count)
    readBlock(kernel, files, 'rawB', piece.b, kindB?.width ?? 1, at, count)
    const isRead = kindA !== undefined && kindB !== undefined
    addStats(sum, isRead ? compareNumbers(kernel, kindA, kindB, count) : compareBytes(kernel, count))
  }
  return sum
}

/** Reads a block of a stretch into a kernel's memory and fills it up with zeros to a count that kernels take. */
export function readBlock(
  kernel: TensorKernel,
  files: OpenFiles,
  side: 'rawA' | 'rawB',
  { file, offset }: Stretch,
  width: number,
  at: number,
  count: number,
): void {
  const raw = rawBytes(kernel, side, padded(count) * width)
  files.read(file, offset + at * width, raw.subarray(0, count * width))
  raw.fill(0, count * width)
}

function compareBytes(kernel: TensorKernel, count: number): TensorStats {
  const [a, b] = [rawBytes(kernel, 'rawA', count), rawBytes(kernel, 'rawB', count)]
  let changed = 0
  for (let i = 0; i < count; i++) if (a[i] !== b[i]) changed += 1
  return { ...emptyStats(), count, changed }
}

function compareNumbers(
  kernel: TensorKernel,
  kindA: NumberKind,
  kindB: NumberKind,
  count: number,
): TensorStats {
  const all = padded(count)
  let a = loadBlock(kernel, kindA, PLACES.rawA, PLACES.wideA, all)
  let b = loadBlock(kernel, kindB, PLACES.rawB, PLACES.wideB, all)
  if (a.type !== b.type) [a, b] = [toF64(kernel, a, PLACES.sums, all), toF64(kernel, b, PLACES.sums, all)]
  if (a.type === 'f32') kernel.compareF32(a.at, b.at, PLACES.out, all)
  else kernel.compareF64(a.at, b.at, PLACES.out, all)
  return readStats(kernel, a, b, count, isWide(kindA) && isWide(kindB))
}

function toF64(kernel: TensorKernel, block: LoadedBlock, to: number, count: number): LoadedBlock {
  if (block.type === 'f64') return block
  new Float64Array(kernel.memory, to, count).set(new Float32Array(kernel.memory, block.at, count))
  return { at: to, type: 'f64' }
}

function isWide({ read }: NumberKind): boolean {
  return read === 'i64' || read === 'u64'
}

function readStats(
  kernel: TensorKernel,
  a: LoadedBlock,
  b: LoadedBlock,
  count: number,
  wide: boolean,
): TensorStats {
  const out = new Float64Array(kernel.memory, PLACES.out, 8)
  const [difference, first, second, product, largest, changed, odd, oddNow] = out as unknown as OutTuple
  const nan = odd === 0 ? 0 : countNaN(kernel, a, count)
  const nanNow = oddNow === 0 ? 0 : countNaN(kernel, b, count)
  return {
    count,
    changed: wide ? changedWide(kernel, count) : changed,
    ...{ difference, first, second, product, largest },
    ...{ nan, infinite: odd - nan, nanNow, infiniteNow: oddNow - nanNow },
  }
}

type OutTuple = [number, number, number, number, number, number, number, number]

function countNaN(kernel: TensorKernel, { at, type }: LoadedBlock, count: number): number {
  const values =
    type === 'f32' ? new Float32Array(kernel.memory, at, count) : new Float64Array(kernel.memory, at, count)
  let found = 0
  for (const value of values) if (Number.isNaN(value)) found += 1
  return found
}

// Two integers beyond 2^53 may be one number in F64.
function changedWide(kernel: TensorKernel, count: number): number {
  const a = new Uint32Array(kernel.memory, PLACES.rawA, 2 * count)
  const b = new Uint32Array(kernel.memory, PLACES.rawB, 2 * count)
  let changed = 0
  for (let i = 0; i < 2 * count; i += 2) if (a[i] !== b[i] || a[i + 1] !== b[i + 1]) changed += 1
  return changed
}
