import type { ByteSource } from './byte-source.ts'
import { readOnnx } from './read-onnx.ts'
import { WireDamage } from './protobuf/walk-message.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { WeightsView } from './weights-view.ts'

/** Views an ONNX model. External data are named in `files`. @throws ModelError `weights-invalid`. */
export function viewOnnx(source: ByteSource, name: string): WeightsView {
  try {
    const { tensors, metadata } = readOnnx(source)
    const files = [...new Set(tensors.flatMap(({ file }) => (file === undefined ? [] : [file])))]
    return { format: 'onnx', size: source.size, isListed: true, tensors, metadata, files, warnings: [] }
  } catch (error) {
    if (error instanceof WireDamage) throw weightsInvalid(name, 'ONNX model', error.message)
    throw error
  }
}
