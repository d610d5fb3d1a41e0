import type { MergeMethod } from '../../domain/merge-strategy.ts'
import type { BlendPiece } from './blend-piece.ts'
import type { ComparePiece } from './compare-piece.ts'
import type { CopyPiece, Spot } from './copy-piece.ts'
import { numberKind } from './number-kind.ts'
import type { TensorPlace } from './place-tensors.ts'
import type { TensorPlan } from './plan-merge.ts'
import { runPieces, type Progress } from './run-pieces.ts'
import { addStats, emptyStats, type TensorStats } from './tensor-stats.ts'
import type { ThresholdPiece, TiesPiece } from './ties-piece.ts'

/** A tensor that is to be written, and where. */
export interface PlannedTensor {
  plan: Extract<TensorPlan, { kind: 'take' | 'blend' }>
  to: Spot
}

/** What writes a merged file. */
export type WritePiece = CopyPiece | BlendPiece | TiesPiece

/** How many elements a piece computes at most. */
const PIECE = 4 * 2 ** 20

/**
 * Returns the pieces of work that write tensors. Strategies that depend on a whole tensor (`slerp`, `ties`) read it
 * for that first.
 */
export async function planPieces(
  tensors: readonly PlannedTensor[],
  method: MergeMethod,
  progress?: Progress,
): Promise<WritePiece[]> {
  const blends = tensors.flatMap(({ plan, to }) => (plan.kind === 'blend' ? [{ ...plan, to }] : []))
  const copies = tensors.flatMap(({ plan, to }) => (plan.kind === 'take' ? copy(plan.tensor, to) : []))
  if (method.strategy === 'ties') return [...copies, ...(await planTies(blends, method, progress))]
  const factors =
    method.strategy === 'slerp'
      ? await slerpFactors(blends, method, progress)
      : blends.map(() => linearFactors(method))
  return [...copies, ...blends.flatMap((blend, index) => blendPieces(blend, factors[index]!))]
}

type Blend = Extract<TensorPlan, { kind: 'blend' }> & { to: Spot }

/** By what base and inputs are multiplied. */
interface Factors {
  base: number
  inputs: number[]
}

function copy({ file, offset, bytes }: TensorPlace, to: Spot): CopyPiece[] {
  const step = PIECE * 4
  return Array.from({ length: Math.ceil(bytes! / step) }, (_, index) => ({
    kind: 'copy',
    bytes: Math.min(step, bytes! - index * step),
    from: { file, offset: offset! + index * step },
    to: { file: to.file, offset: to.offset + index * step },
  }))
}

function linearFactors({ strategy, weights, scale }: MergeMethod): Factors {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  if (strategy === 'task-arithmetic')
    return { base: 1 - scale * all, inputs: weights.map((weight) => scale * weight) }
  if (strategy === 'weighted') return { base: 0, inputs: weights.map((weight) => weight / all) }
  return { base: 0, inputs: weights.map(() => 1 / weights.length) }
}

// Shoemake, "Animating rotation with quaternion curves" (1985), for vectors of any length; nearly parallel ones are
// mixed linearly.
async function slerpFactors(
  blends: readonly Blend[],
  { position }: MergeMethod,
  progress?: Progress,
): Promise<Factors[]> {
  const pieces = blends.flatMap((blend, index) => comparePieces(blend).map((piece) => ({ index, piece })))
  const stats = await runPieces(
    pieces.map(({ piece }) => piece),
    progress,
  )
  const sums = blends.map(() => emptyStats())
  for (const [at, { index }] of pieces.entries()) addStats(sums[index]!, stats[at]!)
  return sums.map((sum) => ({ base: 0, inputs: arc(sum, position) }))
}

function arc({ first, second, product }: TensorStats, position: number): [number, number] {
  const cosine = product / (Math.sqrt(first) * Math.sqrt(second))
  if (!(Math.abs(cosine) < 0.9995)) return [1 - position, position]
  const angle = Math.acos(cosine)
  return [Math.sin((1 - position) * angle) / Math.sin(angle), Math.sin(position * angle) / Math.sin(angle)]
}

function comparePieces({ inputs: [a, b] }: Blend): ComparePiece[] {
  const { dtype } = a!
  return parts(a!).map(({ count, skip }) => ({
    kind: 'compare',
    count,
    a: { ...spotOf(a!, skip), dtype },
    b: { ...spotOf(b!, skip), dtype },
  }))
}

function blendPieces({ base, inputs, to }: Blend, factors: Factors): BlendPiece[] {
  const sources = inputs.map((tensor, index) => ({ tensor, weight: factors.inputs[index]! }))
  if (factors.base !== 0) sources.unshift({ tensor: base!, weight: factors.base })
  return parts(inputs[0]!).map(({ count, skip }) => ({
    kind: 'blend',
    dtype: inputs[0]!.dtype,
    count,
    inputs: sources.map(({ tensor, weight }) => ({ ...spotOf(tensor, skip), weight })),
    to: { file: to.file, offset: to.offset + skip },
  }))
}

async function planTies(
  blends: readonly Blend[],
  { weights, scale, density }: MergeMethod,
  progress?: Progress,
): Promise<TiesPiece[]> {
  const questions = blends.flatMap(({ base, inputs }) =>
    inputs.map((input): ThresholdPiece => {
      const count = countOf(input)
      const rank = Math.max(1, Math.ceil(density * count))
      return { kind: 'threshold', dtype: input.dtype, count, base: spotOf(base!), input: spotOf(input), rank }
    }),
  )
  const answers = (await runPieces(questions, progress)).values()
  return blends.flatMap(({ base, inputs, to }) => {
    const thresholds = inputs.map(() => answers.next().value!)
    return parts(inputs[0]!).map(({ count, skip }): TiesPiece => ({
      kind: 'ties',
      dtype: inputs[0]!.dtype,
      count,
      base: spotOf(base!, skip),
      inputs: inputs.map((tensor, index) => ({
        ...spotOf(tensor, skip),
        weight: weights[index]!,
        threshold: thresholds[index]!,
      })),
      scale,
      to: { file: to.file, offset: to.offset + skip },
    }))
  })
}

function parts(tensor: TensorPlace): { count: number; skip: number }[] {
  const { width } = numberKind(tensor.dtype)!
  const all = countOf(tensor)
  return Array.from({ length: Math.ceil(all / PIECE) }, (_, index) => ({
    count: Math.min(PIECE, all - index * PIECE),
    skip: index * PIECE * width,
  }))
}

function countOf({ dtype, bytes }: TensorPlace): number {
  return bytes! / numberKind(dtype)!.width
}

function spotOf({ file, offset }: TensorPlace, skip = 0): Spot {
  return { file, offset: offset! + skip }
}
