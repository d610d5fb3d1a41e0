import type { ShardIndex } from './read-shard-index.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { TensorView, WeightsView } from './weights-view.ts'

/** One shard of a checkpoint. */
export interface Shard {
  /** Relative to the folder of the index. */
  file: string
  view: WeightsView
}

/**
 * Joins the shards of a checkpoint to one model.
 *
 * @param index - what the index says; @param at.size - its own size, in bytes.
 * @throws ModelError `weights-invalid` where index and shards disagree about who holds a tensor.
 */
export function joinShards(
  index: ShardIndex,
  shards: readonly Shard[],
  at: { name: string; size: number },
): WeightsView {
  const tensors = shards.flatMap(({ file, view }) => view.tensors.map((tensor) => ({ ...tensor, file })))
  const isListed = shards.every(({ view }) => view.isListed)
  if (isListed) checkMap(index, tensors, at.name)
  return {
    format: shards[0]?.view.format ?? 'unknown',
    size: shards.reduce((sum, { view }) => sum + view.size, at.size),
    isListed,
    tensors,
    metadata: index.metadata,
    files: index.shards,
    warnings: [
      ...shards.flatMap(({ file, view }) => view.warnings.map((warning) => `${file}: ${warning}`)),
      ...checkTotal(index, tensors),
    ],
  }
}

function checkMap(index: ShardIndex, tensors: readonly TensorView[], name: string): void {
  const left = new Map(index.shardOf)
  for (const { name: tensor, file } of tensors) {
    const said = left.get(tensor)
    if (said !== file) {
      const where = index.shardOf.has(tensor) ? `in ${index.shardOf.get(tensor)}` : 'nowhere'
      throw disagreement(name, tensor, `is in ${file}, and ${where} by the index`)
    }
    left.delete(tensor)
  }
  for (const [tensor, file] of left)
    throw disagreement(name, tensor, `is not in ${file}, where the index has it`)
}

function disagreement(name: string, tensor: string, why: string): Error {
  return weightsInvalid(name, 'index of shards', `tensor ${JSON.stringify(tensor.slice(0, 200))} ${why}`)
}

function checkTotal({ metadata }: ShardIndex, tensors: readonly TensorView[]): string[] {
  const total = tensors.reduce((sum, { bytes }) => sum + (bytes ?? Number.NaN), 0)
  const said = metadata['total_size']
  if (said === undefined || Number.isNaN(total) || Number(said) === total) return []
  return [`the index says ${said} bytes of tensors, and there are ${total}`]
}
