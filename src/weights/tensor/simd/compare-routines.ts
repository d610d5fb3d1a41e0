import type { Code, Routine } from './assemble-module.ts'
import {
  and,
  f32x4,
  f64,
  f64x2,
  forEachStep,
  get,
  i32x4,
  i64x2,
  load,
  not,
  set,
  splat32,
  splatF64,
  storeF64,
  upper,
  type Variable,
} from './instructions.ts'

const [A, B, OUT, COUNT] = [0, 1, 2, 3]
const [X, Y, FINITE, FINITE_NOW, CHANGE] = [4, 5, 6, 7, 8]
const [CHANGED, ODD, ODD_NOW] = [9, 10, 11]
// Sums have four lanes: the first two here, the last two in the variable that follows.
const [DIFFERENCE, FIRST, SECOND, PRODUCT, LARGEST, END] = [12, 14, 16, 18, 20, 22]

const f32Infinity = splat32(0x7f800000)
const f64Infinity = splatF64([0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f])

/** Routines that compare numbers, four a step. As those of the plain kernel, bit for bit. */
export const COMPARE_ROUTINES: readonly Routine[] = [
  routine(
    'compareF32',
    16,
    [0, 1, 2, 3],
    [
      readFinite(0, i32x4.differ, (value) => f32x4.less(f32x4.abs(value), f32Infinity)),
      addUp(0, f32x4.promoteLow(get(X)), f32x4.promoteLow(get(Y))),
      addUp(1, f32x4.promoteLow(upper(get(X))), f32x4.promoteLow(upper(get(Y)))),
    ],
  ),
  routine(
    'compareF64',
    32,
    [0, 2],
    [
      [0, 1].map((half) => [
        readFinite(half * 16, i64x2.differ, (value) => f64x2.less(f64x2.abs(value), f64Infinity)),
        addUp(half, get(X), get(Y)),
      ]),
    ],
  ),
]

/**
 * @param bytes - of four numbers.
 * @param counted - the lanes of a count, in which there is one for each number or one for every half of a number.
 */
function routine(name: string, bytes: number, counted: readonly number[], body: Code): Routine {
  const addresses = [
    [A, bytes],
    [B, bytes],
  ] as const
  const sums = [DIFFERENCE, FIRST, SECOND, PRODUCT].map(sumOfLanes)
  const counts = [CHANGED, ODD, ODD_NOW].map((count) => countOfLanes(count, counted))
  const results = [...sums, largestOfLanes(), ...counts]
  return {
    name,
    parameters: ['i32', 'i32', 'i32', 'i32'],
    vectors: END - X,
    body: [
      forEachStep(COUNT, 4, addresses, body),
      results.map((result, index) => storeF64(OUT, result, index * 8)),
    ],
  }
}

// A pair that is not finite on both sides counts as such, and is zero in the sums.
function readFinite(offset: number, differ: typeof i32x4.differ, isFinite: (value: Code) => Code): Code {
  const keep = and(get(FINITE), get(FINITE_NOW))
  return [
    set(X, load(A, offset)),
    set(Y, load(B, offset)),
    addOne(CHANGED, differ(get(X), get(Y))),
    set(FINITE, isFinite(get(X))),
    set(FINITE_NOW, isFinite(get(Y))),
    addOne(ODD, not(get(FINITE))),
    addOne(ODD_NOW, not(get(FINITE_NOW))),
    set(X, and(get(X), keep)),
    set(Y, and(get(Y), keep)),
  ]
}

// True is -1.
function addOne(count: Variable, where: Code): Code {
  return set(count, i32x4.sub(get(count), where))
}

function addUp(half: number, x: Code, y: Code): Code {
  const add = (sum: Variable, a: Code, b: Code): Code =>
    set(sum + half, f64x2.add(get(sum + half), f64x2.multiply(a, b)))
  return [
    set(CHANGE, f64x2.sub(y, x)),
    add(DIFFERENCE, get(CHANGE), get(CHANGE)),
    add(FIRST, x, x),
    add(SECOND, y, y),
    add(PRODUCT, x, y),
    set(LARGEST + half, f64x2.max(get(LARGEST + half), f64x2.abs(get(CHANGE)))),
  ]
}

function sumOfLanes(sum: Variable): Code {
  const [first, second] = [get(sum), get(sum + 1)].map((lanes) =>
    f64.add(f64x2.lane(lanes, 0), f64x2.lane(lanes, 1)),
  )
  return f64.add(first!, second!)
}

function largestOfLanes(): Code {
  const both = f64x2.max(get(LARGEST), get(LARGEST + 1))
  return [set(LARGEST, both), f64.max(f64x2.lane(get(LARGEST), 0), f64x2.lane(get(LARGEST), 1))]
}

function countOfLanes(count: Variable, counted: readonly number[]): Code {
  return counted
    .map((lane) => f64.fromI32(i32x4.lane(get(count), lane)))
    .reduce((sum, lane) => f64.add(sum, lane))
}
