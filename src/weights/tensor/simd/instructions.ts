import { signed, unsigned, type Code } from './assemble-module.ts'

/** An instruction that takes two vectors. */
type Binary = (a: Code, b: Code) => Code
type Unary = (a: Code) => Code

/** A variable or parameter, by its index. */
export type Variable = number

export const get = (variable: Variable): Code => [0x20, unsigned(variable)]
export const set = (variable: Variable, value: Code): Code => [value, 0x21, unsigned(variable)]
export const tee = (variable: Variable, value: Code): Code => [value, 0x22, unsigned(variable)]

/** Reads 16 bytes at an address. */
export const load = (address: Variable, offset = 0): Code => [
  get(address),
  simd(0x00),
  memoryArgument(offset),
]

/** Writes 16 bytes at an address. */
export const store = (address: Variable, value: Code, offset = 0): Code => [
  get(address),
  value,
  simd(0x0b),
  memoryArgument(offset),
]

/** Writes an F64 number at an address. */
export const storeF64 = (address: Variable, value: Code, offset: number): Code => [
  get(address),
  value,
  0x39,
  memoryArgument(offset),
]

export const i32 = (value: number): Code => [0x41, signed(value | 0)]

/** Four times the same 32 bits. */
export const splat32 = (value: number): Code => [i32(value), simd(0x11)]
/** Twice the same F64 number. */
export const splatF64 = (value: Code): Code => [value, simd(0x14)]

/** The bytes of two vectors, in another order: 0 to 15 are those of the first. */
export const shuffle = (a: Code, b: Code, bytes: readonly number[]): Code => [a, b, simd(0x0d), bytes]
/** The upper half of a vector as the lower one. */
export const upper = (a: Code): Code =>
  shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15])

export const not = unary(0x4d)
export const and = binary(0x4e)
export const or = binary(0x50)
/** The bits of `a` where the mask is 1, those of `b` where it is 0. */
export const select = (mask: Code, a: Code, b: Code): Code => [a, b, mask, simd(0x52)]

export const i32x4 = {
  add: binary(0xae),
  sub: binary(0xb1),
  equal: binary(0x37),
  differ: binary(0x38),
  /** Compares numbers with a sign. */
  less: binary(0x39),
  greater: binary(0x3b),
  shiftLeft: (a: Code, bits: number): Code => [a, i32(bits), simd(0xab)],
  shiftRight: (a: Code, bits: number): Code => [a, i32(bits), simd(0xad)],
  /** The lower four of eight 16-bit numbers. */
  extendLow: unary(0xa9),
  extendHigh: unary(0xaa),
  /** Eight 16-bit numbers of twice four, which must be less than 2^16. */
  narrow: binary(0x86),
  lane: (a: Code, lane: number): Code => [a, simd(0x1b), lane],
}

export const f32x4 = {
  add: binary(0xe4),
  multiply: binary(0xe6),
  abs: unary(0xe0),
  less: binary(0x43),
  /** The two lower numbers of a vector, as F64. */
  promoteLow: unary(0x5f),
  /** Two F64 numbers as F32, in the lower half. */
  demote: unary(0x5e),
}

export const f64x2 = {
  add: binary(0xf0),
  sub: binary(0xf1),
  multiply: binary(0xf2),
  abs: unary(0xec),
  max: binary(0xf5),
  less: binary(0x49),
  lane: (a: Code, lane: number): Code => [a, simd(0x21), lane],
}

export const i64x2 = {
  differ: binary(0xd7),
}

export const f64 = {
  add: (a: Code, b: Code): Code => [a, b, 0xa0],
  max: (a: Code, b: Code): Code => [a, b, 0xa5],
  fromI32: (a: Code): Code => [a, 0xb7],
}

/**
 * Goes over a block: does the body, moves each address on by its bytes, and takes the step from the count, until that
 * is 0.
 */
export function forEachStep(
  count: Variable,
  step: number,
  addresses: readonly (readonly [Variable, bytes: number])[],
  body: Code,
): Code {
  const moves = addresses.map(([address, bytes]) => set(address, [get(address), i32(bytes), 0x6a]))
  const [block, loop, end, branchIf] = [[0x02, 0x40], [0x03, 0x40], 0x0b, [0x0d, 0]]
  const isZero = [get(count), 0x45]
  const next = tee(count, [get(count), i32(step), 0x6b])
  return [block, isZero, branchIf, loop, body, moves, next, branchIf, end, end]
}

function simd(code: number): Code {
  return [0xfd, unsigned(code)]
}

function binary(code: number): Binary {
  return (a, b) => [a, b, simd(code)]
}

function unary(code: number): Unary {
  return (a) => [a, simd(code)]
}

// No alignment is promised.
function memoryArgument(offset: number): Code {
  return [0, unsigned(offset)]
}
