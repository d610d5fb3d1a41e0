import type { Code, Routine } from './assemble-module.ts'
import {
  and,
  f32x4,
  forEachStep,
  get,
  i32x4,
  load,
  or,
  select,
  set,
  shuffle,
  splat32,
  store,
} from './instructions.ts'

const [FROM, TO, COUNT] = [0, 1, 2]
/** Variables of the routines. */
const [WORD, SIZE] = [3, 4]

/** Routines that turn numbers of one size into such of another. As those of the plain kernel, by the same steps. */
export const ROUND_ROUTINES: readonly Routine[] = [
  converter('widenBF16', 16, 32, [widen(widenBF16)]),
  converter('widenF16', 16, 32, [widen(widenF16)]),
  converter('narrowBF16', 32, 16, [
    store(TO, i32x4.narrow(narrowBF16(load(FROM)), narrowBF16(load(FROM, 16)))),
  ]),
  converter('narrowF16', 32, 16, [store(TO, i32x4.narrow(narrowF16(load(FROM)), narrowF16(load(FROM, 16))))]),
  converter('narrowF64', 64, 32, [store(TO, demote(0)), store(TO, demote(32), 16)]),
]

// Eight numbers a step.
function converter(name: string, read: number, written: number, body: Code): Routine {
  const addresses = [
    [FROM, read],
    [TO, written],
  ] as const
  return { name, parameters: ['i32', 'i32', 'i32'], vectors: 2, body: forEachStep(COUNT, 8, addresses, body) }
}

function widen(of: (half: Code) => Code): Code {
  return [store(TO, of(i32x4.extendLow(load(FROM)))), store(TO, of(i32x4.extendHigh(load(FROM))), 16)]
}

function widenBF16(half: Code): Code {
  return i32x4.shiftLeft(half, 16)
}

function widenF16(half: Code): Code {
  const word = get(WORD)
  const scaled = f32x4.multiply(i32x4.shiftLeft(and(word, splat32(0x7fff)), 13), splat32(0x77800000)) // 2^112
  const isOdd = i32x4.equal(and(word, splat32(0x7c00)), splat32(0x7c00))
  const sign = i32x4.shiftLeft(and(word, splat32(0x8000)), 16)
  return [set(WORD, half), or(or(scaled, and(isOdd, splat32(0x7f800000))), sign)]
}

function narrowBF16(from: Code): Code {
  const [word, size] = [get(WORD), and(get(WORD), splat32(0x7fffffff))]
  const upper = i32x4.shiftRight(word, 16)
  const rounded = i32x4.shiftRight(i32x4.add(i32x4.add(word, splat32(0x7fff)), and(upper, splat32(1))), 16)
  const quiet = or(and(upper, splat32(0x8000)), splat32(0x7fc0))
  return [set(WORD, from), select(i32x4.greater(size, splat32(0x7f800000)), quiet, rounded)]
}

function narrowF16(from: Code): Code {
  const [word, size] = [get(WORD), get(SIZE)]
  const isOddBit = and(i32x4.shiftRight(size, 13), splat32(1))
  const normal = i32x4.shiftRight(i32x4.add(i32x4.add(size, splat32(0xfff - 0x38000000)), isOddBit), 13)
  const subnormal = i32x4.sub(f32x4.add(size, splat32(0x3f000000)), splat32(0x3f000000)) // 0.5
  const finite = select(i32x4.less(size, splat32(0x38800000)), subnormal, normal)
  const infinite = select(i32x4.greater(size, splat32(0x477fffff)), splat32(0x7c00), finite)
  const half = select(i32x4.greater(size, splat32(0x7f800000)), splat32(0x7e00), infinite)
  const sign = and(i32x4.shiftRight(word, 16), splat32(0x8000))
  return [set(WORD, from), set(SIZE, and(word, splat32(0x7fffffff))), or(sign, half)]
}

function demote(offset: number): Code {
  const [low, high] = [f32x4.demote(load(FROM, offset)), f32x4.demote(load(FROM, offset + 16))]
  return shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23])
}
