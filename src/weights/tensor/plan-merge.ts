import type { MergeMethod, TensorConflict } from '../../domain/merge-strategy.ts'
import { isAveraged } from './number-kind.ts'
import type { TensorPlace } from './place-tensors.ts'

/** A tensor as each side has it. */
export interface TensorSides {
  name: string
  /** Undefined where the side lacks it. */
  base: TensorPlace | undefined
  inputs: (TensorPlace | undefined)[]
}

/** What is to be done with a tensor. */
export type TensorPlan =
  | { kind: 'take'; tensor: TensorPlace; from: number }
  | { kind: 'drop' }
  | { kind: 'blend'; base: TensorPlace | undefined; inputs: TensorPlace[] }
  | { kind: 'conflict'; conflict: TensorConflict }

/** Tells whether two tensors are the same: dtype, shape and content. */
export type SameTensor = (a: TensorPlace, b: TensorPlace) => boolean

/**
 * Decides what to do with a tensor. Where there is a base, what only one side changed (added, removed) is taken from
 * it; what several changed differently is the strategy's affair.
 *
 * @param threeWay - whether the base decides who changed what. Otherwise it is only what changes are measured from.
 */
export function planTensor(
  sides: TensorSides,
  same: SameTensor,
  method: MergeMethod,
  threeWay: boolean,
): TensorPlan {
  const { base, inputs } = sides
  const distinct = distinctSides(inputs, same)
  if (distinct.length === 1) return takeOrDrop(inputs, distinct[0]!)
  if (threeWay) {
    const moved = distinct.filter((index) => !isBase(inputs[index], base, same))
    if (moved.length === 1) return takeOrDrop(inputs, moved[0]!)
  }
  return settle(sides, method)
}

// The first input of each kind.
function distinctSides(inputs: TensorSides['inputs'], same: SameTensor): number[] {
  const kinds: number[] = []
  for (const [index, input] of inputs.entries()) {
    if (!kinds.some((kind) => isBase(input, inputs[kind], same))) kinds.push(index)
  }
  return kinds
}

function isBase(input: TensorPlace | undefined, other: TensorPlace | undefined, same: SameTensor): boolean {
  if (input === undefined || other === undefined) return input === other
  return same(input, other)
}

function takeOrDrop(inputs: TensorSides['inputs'], from: number): TensorPlan {
  const tensor = inputs[from]
  return tensor === undefined ? { kind: 'drop' } : { kind: 'take', tensor, from }
}

function settle({ name, base, inputs }: TensorSides, { strategy }: MergeMethod): TensorPlan {
  if (strategy === 'ours') return takeOrDrop(inputs, 0)
  if (strategy === 'theirs') return takeOrDrop(inputs, inputs.length - 1)
  const why = strategy === 'conflict' ? describe(inputs) : hindrance(base, inputs, strategy)
  if (why !== undefined) return { kind: 'conflict', conflict: { name, why } }
  return { kind: 'blend', base, inputs: inputs as TensorPlace[] }
}

function describe(inputs: TensorSides['inputs']): string {
  return inputs.includes(undefined) ? 'one side has it, the other does not' : 'both sides changed it'
}

function hindrance(
  base: TensorPlace | undefined,
  inputs: TensorSides['inputs'],
  strategy: MergeMethod['strategy'],
): string | undefined {
  if (inputs.includes(undefined)) return 'one side has it, the other does not'
  const needsBase = strategy === 'task-arithmetic' || strategy === 'ties'
  if (needsBase && base === undefined) return `the base lacks it, and ${strategy} adds changes to the base`
  const tensors = [...(inputs as TensorPlace[]), ...(needsBase ? [base!] : [])]
  const dtypes = [...new Set(tensors.map(({ dtype }) => dtype))]
  if (dtypes.length > 1) return `its dtypes differ: ${dtypes.join(', ')}`
  const shapes = [...new Set(tensors.map(({ shape }) => `[${shape.join(', ')}]`))]
  if (shapes.length > 1) return `its shapes differ: ${shapes.join(', ')}`
  return isAveraged(dtypes[0]!) ? undefined : `${dtypes[0]} is never averaged`
}
