/** The most elements that a kernel works on at a time. */
export const BLOCK = 32_768

/**
 * Arithmetic on blocks of tensor elements in one memory. Places are byte offsets into the memory, multiples of 16;
 * counts are multiples of 8 up to {@link BLOCK}, so that no loop has a tail (the caller pads with zeros).
 */
export interface TensorKernel {
  readonly memory: ArrayBuffer
  /** BF16 to F32. */
  widenBF16(from: number, to: number, count: number): void
  /** F16 (IEEE 754 binary16) to F32. */
  widenF16(from: number, to: number, count: number): void
  /** F32 to BF16, to nearest, ties to even. A NaN stays a NaN, quiet, with its sign. */
  narrowBF16(from: number, to: number, count: number): void
  /** F32 to F16, to nearest, ties to even; what is too large becomes infinite. A NaN stays one, with its sign. */
  narrowF16(from: number, to: number, count: number): void
  /** F64 to F32, to nearest, ties to even. */
  narrowF64(from: number, to: number, count: number): void
  /** Adds F32 values times a weight to F64 sums. */
  addF32(from: number, sums: number, weight: number, count: number): void
  /** Adds F64 values times a weight to F64 sums. */
  addF64(from: number, sums: number, weight: number, count: number): void
  /**
   * Compares F32 values and writes eight F64 numbers at `out`: the sums, over the pairs that are finite on both sides,
   * of the squared differences, of the squares of `a`, of those of `b` and of the products; the largest absolute
   * difference; how many elements differ in their bits; how many of `a` are NaN or infinite, and how many of `b`.
   */
  compareF32(a: number, b: number, out: number, count: number): void
  /** Compares F64 values. As `compareF32`. */
  compareF64(a: number, b: number, out: number, count: number): void
}

/** Places in the memory of a kernel. */
export const PLACES = {
  out: 0,
  rawA: 1024,
  rawB: 1024 + BLOCK * 8,
  wideA: 1024 + BLOCK * 16,
  wideB: 1024 + BLOCK * 24,
  sums: 1024 + BLOCK * 32,
  end: 1024 + BLOCK * 40,
} as const
