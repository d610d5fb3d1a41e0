import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { MergeMethod, TensorConflict } from '../../domain/merge-strategy.ts'
import type { Spot } from './copy-piece.ts'
import { layoutTensors } from './layout-tensors.ts'
import { planPieces, type PlannedTensor } from './merge-pieces.ts'
import { checkUnchanged, type PlacedWeights, type TensorPlace } from './place-tensors.ts'
import { planTensor, type SameTensor, type TensorPlan, type TensorSides } from './plan-merge.ts'
import { runPieces, type Progress } from './run-pieces.ts'

/** What is merged, and how. */
export interface MergeTask {
  inputs: readonly PlacedWeights[]
  base?: PlacedWeights
  method: MergeMethod
  /** Whether what only one input changed, seen from the base, is taken from it. */
  threeWay: boolean
  /** Is told how many bytes of how many are done. */
  progress?: Progress
}

/** What became of the tensors. */
export interface MergedTensors {
  /** How many were computed. */
  blended: number
  /** How many were taken as an input has them. */
  taken: number
  /** How many are gone. */
  dropped: number
  /** Where there are some, nothing was written. */
  conflicts: TensorConflict[]
}

/**
 * Merges weights tensor by tensor into a new safetensors file. What is the same in all inputs is copied byte by byte;
 * memory does not depend on the size.
 *
 * @param out - path of the file, which is overwritten; written only where there is no conflict.
 * @throws ModelError `weights-invalid` for an input that changes meanwhile; errors of the system.
 */
export async function mergeTensors(task: MergeTask, out: string): Promise<MergedTensors> {
  const sides = alignSides(task)
  const same = await compareSides(sides, task)
  const plans = sides.map((tensor) => planTensor(tensor, same, task.method, task.threeWay))
  const conflicts = plans.flatMap((plan) => (plan.kind === 'conflict' ? [plan.conflict] : []))
  const count = (kind: TensorPlan['kind']): number => plans.filter((plan) => plan.kind === kind).length
  if (conflicts.length === 0) await write(task, sides, plans, out)
  for (const weights of [...task.inputs, ...(task.base === undefined ? [] : [task.base])])
    checkUnchanged(weights)
  return { blended: count('blend'), taken: count('take'), dropped: count('drop'), conflicts }
}

// In the order of the first input, then what the others add.
function alignSides({ inputs, base }: MergeTask): TensorSides[] {
  const [baseOf, ...inputOf] = [base, ...inputs].map(
    (weights) => new Map(weights?.tensors.map((tensor) => [tensor.name, tensor])),
  )
  const names = [...new Set(inputs.flatMap(({ tensors }) => tensors.map(({ name }) => name)))]
  return names.map((name) => ({
    name,
    base: baseOf!.get(name),
    inputs: inputOf.map((tensors) => tensors.get(name)),
  }))
}

/** Compares every pair that a plan may ask for, in one go. */
async function compareSides(
  sides: readonly TensorSides[],
  { threeWay, progress }: MergeTask,
): Promise<SameTensor> {
  const pairs = sides.flatMap(({ base, inputs }) => pairsOf([...(threeWay ? [base] : []), ...inputs]))
  const asked = pairs.filter(([a, b]) => isAlike(a, b))
  const answers = await runPieces(
    asked.map(([a, b]) => ({ kind: 'equal' as const, bytes: a.bytes!, a: spotOf(a), b: spotOf(b) })),
    progress,
  )
  const equal = new Map<TensorPlace, Set<TensorPlace>>()
  for (const [index, [a, b]] of asked.entries()) {
    if (answers[index] === true) equal.set(a, (equal.get(a) ?? new Set()).add(b))
  }
  return (a, b) => a === b || equal.get(a)?.has(b) === true || equal.get(b)?.has(a) === true
}

function pairsOf(tensors: readonly (TensorPlace | undefined)[]): [TensorPlace, TensorPlace][] {
  const here = tensors.filter((tensor) => tensor !== undefined)
  return here.flatMap((a, index) => here.slice(index + 1).map((b): [TensorPlace, TensorPlace] => [a, b]))
}

function isAlike(a: TensorPlace, b: TensorPlace): boolean {
  return a.dtype === b.dtype && a.bytes === b.bytes && a.shape.join() === b.shape.join()
}

function spotOf({ file, offset }: TensorPlace): Spot {
  return { file, offset: offset! }
}

async function write(
  task: MergeTask,
  sides: readonly TensorSides[],
  plans: readonly TensorPlan[],
  out: string,
): Promise<void> {
  const kept = plans.flatMap((plan, index): Kept[] => {
    const { name } = sides[index]!
    if (plan.kind === 'take') return [{ plan, tensor: plan.tensor, name }]
    return plan.kind === 'blend' ? [{ plan, tensor: plan.inputs[0]!, name }] : []
  })
  const tensors = kept.map(({ name, tensor: { dtype, shape, bytes } }) => ({
    name,
    dtype,
    shape,
    bytes: bytes!,
  }))
  const { head, offsets, size } = layoutTensors(tensors, mergeMetadata(task))
  const descriptor = openSync(out, 'w')
  try {
    ftruncateSync(descriptor, size)
    writeSync(descriptor, head)
  } finally {
    closeSync(descriptor)
  }
  const pieces = await planPieces(
    kept.map(({ plan }, index) => ({ plan, to: { file: out, offset: offsets[index]! } })),
    task.method,
    task.progress,
  )
  await runPieces(pieces, task.progress)
}

interface Kept {
  name: string
  plan: PlannedTensor['plan']
  /** Whose layout the result has. */
  tensor: TensorPlace
}

// As with tensors: what only one side changed is taken from it. Where several did, the first wins.
function mergeMetadata({ inputs, base }: MergeTask): Record<string, string> {
  const metadata = new Map<string, string>()
  const before = new Map(Object.entries(base?.metadata ?? {}))
  const sides = inputs.map((input) => new Map(Object.entries(input.metadata)))
  for (const key of new Set(sides.flatMap((side) => [...side.keys()]))) {
    const moved =
      sides.find((side) => base !== undefined && side.get(key) !== before.get(key)) ??
      sides.find((side) => side.has(key))
    const value = moved!.get(key)
    if (value !== undefined) metadata.set(key, value)
  }
  return Object.fromEntries(metadata)
}
