import { statSync } from 'node:fs'
import { classify } from './classify.ts'
import { elements, readSafetensors, type SafetensorsHeader } from './read-safetensors.ts'
import type { WeightFormat } from './weight-format.ts'

/** What can be said of a weight file without loading it. */
export interface WeightsDescription {
  format: WeightFormat
  /** In bytes. */
  size: number
  /** How many tensors it has; absent where the format is not read yet. */
  tensors?: number
  /** How many parameters it has, by dtype. */
  parameters?: Record<string, number>
  /** What its writer noted. */
  metadata?: Record<string, string>
}

/**
 * Describes a weight file: safetensors with tensors and parameters, other formats by name and size.
 *
 * @throws ModelError `weights-invalid` for a damaged safetensors file.
 */
export async function describeWeights(path: string): Promise<WeightsDescription> {
  const format = classify(path)
  if (format !== 'safetensors') return { format, size: statSync(path).size }
  const header = readSafetensors(path)
  return {
    format,
    size: header.size,
    tensors: header.tensors.length,
    parameters: countParameters(header),
    metadata: header.metadata,
  }
}

function countParameters({ tensors }: SafetensorsHeader): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { dtype, shape } of tensors) {
    counts.set(dtype, (counts.get(dtype) ?? 0) + Number(elements(shape)))
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
