/** How the elements of a dtype are turned into numbers. */
export type NumberKind =
  | { read: 'f32' | 'f64' | 'f16' | 'bf16'; width: number }
  | { read: 'table'; width: number; table: Float32Array }
  | { read: 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64'; width: number }

/**
 * Returns how to read a dtype of safetensors; undefined for packed and unknown ones, of which only the bytes can be
 * compared. C64 is read as pairs of F32 numbers.
 */
export function numberKind(dtype: string): NumberKind | undefined {
  const wide = WIDE.get(dtype)
  if (wide !== undefined) return wide
  const decode = NARROW.get(dtype)
  if (decode === undefined) return undefined
  return { read: 'table', width: 1, table: Float32Array.from({ length: 256 }, (_, byte) => decode(byte)) }
}

/** Tells whether tensors of a dtype may be averaged: integers, packed and 8-bit formats never are. */
export function isAveraged(dtype: string): boolean {
  return ['F64', 'F32', 'F16', 'BF16'].includes(dtype)
}

const WIDE: ReadonlyMap<string, NumberKind> = new Map([
  ['F32', { read: 'f32', width: 4 }],
  ['C64', { read: 'f32', width: 4 }],
  ['F64', { read: 'f64', width: 8 }],
  ['F16', { read: 'f16', width: 2 }],
  ['BF16', { read: 'bf16', width: 2 }],
  ['I16', { read: 'i16', width: 2 }],
  ['U16', { read: 'u16', width: 2 }],
  ['I32', { read: 'i32', width: 4 }],
  ['U32', { read: 'u32', width: 4 }],
  ['I64', { read: 'i64', width: 8 }],
  ['U64', { read: 'u64', width: 8 }],
])

// F8_E4M3 is the one without infinities (OCP 8-bit Floating Point, E4M3); the FNUZ formats have one NaN, at 0x80.
const NARROW: ReadonlyMap<string, (byte: number) => number> = new Map(
  Object.entries({
    BOOL: (byte) => byte,
    U8: (byte) => byte,
    I8: (byte) => (byte << 24) >> 24,
    F8_E4M3: (byte) => ((byte & 0x7f) === 0x7f ? NaN : small(byte, 3, 7)),
    F8_E5M2: (byte) => {
      if ((byte & 0x7c) !== 0x7c) return small(byte, 2, 15)
      return (byte & 3) === 0 ? signOf(byte) * Infinity : NaN
    },
    F8_E4M3FNUZ: (byte) => (byte === 0x80 ? NaN : small(byte, 3, 8)),
    F8_E5M2FNUZ: (byte) => (byte === 0x80 ? NaN : small(byte, 2, 16)),
    F8_E8M0: (byte) => (byte === 0xff ? NaN : 2 ** (byte - 127)),
  }),
)

function signOf(byte: number): number {
  return byte < 0x80 ? 1 : -1
}

function small(byte: number, mantissaBits: number, bias: number): number {
  const exponent = (byte & 0x7f) >> mantissaBits
  const fraction = (byte & ((1 << mantissaBits) - 1)) / (1 << mantissaBits)
  const magnitude = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias)
  return signOf(byte) * magnitude
}
