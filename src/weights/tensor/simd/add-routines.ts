import type { Code, Routine } from './assemble-module.ts'
import { f32x4, f64x2, forEachStep, get, load, set, splatF64, store, upper } from './instructions.ts'

const [FROM, SUMS, WEIGHT, COUNT, WEIGHTS] = [0, 1, 2, 3, 4]

/** Routines that add weighted numbers to F64 sums, four a step. As those of the plain kernel, bit for bit. */
export const ADD_ROUTINES: readonly Routine[] = [
  routine('addF32', 16, f32x4.promoteLow(load(FROM)), f32x4.promoteLow(upper(load(FROM)))),
  routine('addF64', 32, load(FROM), load(FROM, 16)),
]

function routine(name: string, bytes: number, low: Code, high: Code): Routine {
  const addresses = [
    [FROM, bytes],
    [SUMS, 32],
  ] as const
  const add = (values: Code, offset: number): Code =>
    store(SUMS, f64x2.add(load(SUMS, offset), f64x2.multiply(get(WEIGHTS), values)), offset)
  return {
    name,
    parameters: ['i32', 'i32', 'f64', 'i32'],
    vectors: 1,
    body: [
      set(WEIGHTS, splatF64(get(WEIGHT))),
      forEachStep(COUNT, 4, addresses, [add(low, 0), add(high, 16)]),
    ],
  }
}
