import type { ByteSource } from './byte-source.ts'
import { Hdf5Damage } from './hdf5/damage.ts'
import { readHdf5 } from './hdf5/read-hdf5.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { WeightsView } from './weights-view.ts'

/** Views an HDF5 file: its datasets, and the texts that its root has. @throws ModelError `weights-invalid`. */
export function viewHdf5(source: ByteSource, name: string): WeightsView {
  try {
    const { tensors, texts, warnings } = readHdf5(source)
    const metadata = Object.fromEntries(texts)
    return { format: 'hdf5', size: source.size, isListed: true, tensors, metadata, files: [], warnings }
  } catch (error) {
    if (error instanceof Hdf5Damage) throw weightsInvalid(name, 'HDF5 file', error.message)
    throw error
  }
}
