import { openWeights } from './open-weights.ts'
import { countParameters } from './weights-view.ts'
import type { WeightFormat } from './weight-format.ts'

/** What can be said of a weight file without loading it. */
export interface WeightsDescription {
  format: WeightFormat
  /** In bytes. */
  size: number
  /** How many tensors it has; absent where its format cannot be listed. */
  tensors?: number
  /** How many parameters it has, by dtype. */
  parameters?: Record<string, number>
  /** What its writer noted. */
  metadata?: Record<string, string>
}

/**
 * Describes a weight file in numbers.
 *
 * @throws ModelError as {@link openWeights}.
 */
export async function describeWeights(path: string): Promise<WeightsDescription> {
  const { format, size, isListed, tensors, metadata } = await openWeights(path)
  if (!isListed) return { format, size }
  return { format, size, tensors: tensors.length, parameters: countParameters(tensors), metadata }
}
