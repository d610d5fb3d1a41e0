import type { ByteSource } from './byte-source.ts'
import { parseSafetensors } from './read-safetensors.ts'
import type { WeightsView } from './weights-view.ts'

/** Views a safetensors file. @throws ModelError `weights-invalid`. */
export function viewSafetensors(source: ByteSource, name: string): WeightsView {
  const { size, dataStart, tensors, metadata, warnings } = parseSafetensors(source, name)
  return {
    format: 'safetensors',
    size,
    isListed: true,
    tensors: tensors.map((tensor) => ({
      name: tensor.name,
      dtype: tensor.dtype,
      shape: tensor.shape,
      bytes: tensor.end - tensor.begin,
      begin: dataStart + tensor.begin,
      end: dataStart + tensor.end,
    })),
    metadata,
    files: [],
    warnings,
  }
}
