import type { NumberKind } from './number-kind.ts'
import { PLACES, type TensorKernel } from './kernel.ts'

/** Numbers in a kernel's memory. */
export interface LoadedBlock {
  /** Byte offset. */
  at: number
  type: 'f32' | 'f64'
}

/**
 * Turns a block of raw elements in a kernel's memory into F32 or F64 numbers there.
 *
 * @param raw - where the bytes are.
 * @param wide - where numbers may be written.
 * @param count - how many, a multiple of 8.
 * @returns where the numbers are, and which.
 */
export function loadBlock(
  kernel: TensorKernel,
  kind: NumberKind,
  raw: number,
  wide: number,
  count: number,
): LoadedBlock {
  if (kind.read === 'f32' || kind.read === 'f64') return { at: raw, type: kind.read }
  if (kind.read === 'bf16') kernel.widenBF16(raw, wide, count)
  else if (kind.read === 'f16') kernel.widenF16(raw, wide, count)
  else if (kind.read === 'table') {
    const bytes = new Uint8Array(kernel.memory, raw, count)
    const numbers = new Float32Array(kernel.memory, wide, count)
    for (let i = 0; i < count; i++) numbers[i] = kind.table[bytes[i]!]!
  } else {
    widenIntegers(kernel.memory, kind.read, raw, wide, count)
    return { at: wide, type: 'f64' }
  }
  return { at: wide, type: 'f32' }
}

function widenIntegers(memory: ArrayBuffer, read: string, raw: number, wide: number, count: number): void {
  const numbers = new Float64Array(memory, wide, count)
  if (read === 'i16') numbers.set(new Int16Array(memory, raw, count))
  else if (read === 'u16') numbers.set(new Uint16Array(memory, raw, count))
  else if (read === 'i32') numbers.set(new Int32Array(memory, raw, count))
  else if (read === 'u32') numbers.set(new Uint32Array(memory, raw, count))
  else {
    // Beyond 2^53 the nearest number that F64 has.
    const low = new Uint32Array(memory, raw, count * 2)
    const high = read === 'i64' ? new Int32Array(memory, raw, count * 2) : low
    for (let i = 0; i < count; i++) numbers[i] = high[2 * i + 1]! * 2 ** 32 + low[2 * i]!
  }
}

/** Rounds a count up to what kernels take. */
export function padded(count: number): number {
  return Math.ceil(count / 8) * 8
}

/** The part of a kernel's memory where raw bytes of one side go. */
export function rawBytes(kernel: TensorKernel, side: 'rawA' | 'rawB', size: number): Uint8Array {
  return new Uint8Array(kernel.memory, PLACES[side], size)
}
