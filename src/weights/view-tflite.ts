import type { ByteSource } from './byte-source.ts'
import { FlatDamage } from './flat-table.ts'
import { readTflite } from './read-tflite.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { WeightsView } from './weights-view.ts'

/** Views a TFLite model. @throws ModelError `weights-invalid`. */
export function viewTflite(source: ByteSource, name: string): WeightsView {
  try {
    const { tensors, metadata } = readTflite(source)
    return { format: 'tflite', size: source.size, isListed: true, tensors, metadata, files: [], warnings: [] }
  } catch (error) {
    if (error instanceof FlatDamage) throw weightsInvalid(name, 'TFLite model', error.message)
    throw error
  }
}
