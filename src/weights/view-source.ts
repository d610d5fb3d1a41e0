import type { ByteSource } from './byte-source.ts'
import { classifySource } from './classify.ts'
import { containFailure } from './contain-failure.ts'
import { viewFlax } from './view-flax.ts'
import { viewGguf } from './view-gguf.ts'
import { viewHdf5 } from './view-hdf5.ts'
import { viewKeras } from './view-keras.ts'
import { viewNpy, viewNpz } from './view-numpy.ts'
import { viewOnnx } from './view-onnx.ts'
import { viewPickle, viewPytorch, viewPytorchLegacy } from './view-pickle.ts'
import { viewSafetensors } from './view-safetensors.ts'
import { viewTensorflowIndex } from './view-tensorflow-index.ts'
import { viewTflite } from './view-tflite.ts'
import type { WeightFormat } from './weight-format.ts'
import type { WeightsView } from './weights-view.ts'

type Reader = (source: ByteSource, name: string) => WeightsView

const READERS: Partial<Record<WeightFormat, Reader>> = {
  safetensors: viewSafetensors,
  pytorch: viewPytorch,
  'pytorch-legacy': viewPytorchLegacy,
  pickle: viewPickle,
  npy: viewNpy,
  'npy-object': viewNpy,
  npz: viewNpz,
  gguf: viewGguf,
  flax: viewFlax,
  onnx: viewOnnx,
  keras: viewKeras,
  tflite: viewTflite,
  'tensorflow-index': viewTensorflowIndex,
  hdf5: viewHdf5,
}

/**
 * Views weights in one source, by what their content is. Other files that belong to them are named in `files`
 * and not opened: `openWeights` does that.
 *
 * @param name - the file's name, for errors and for formats without a mark of their own.
 * @throws ModelError `weights-invalid`.
 */
export function viewSource(source: ByteSource, name: string): WeightsView {
  const format = classifySource(source, name)
  const read = READERS[format]
  if (read !== undefined) return containFailure(format, name, () => read(source, name))
  return { format, size: source.size, isListed: false, tensors: [], metadata: {}, files: [], warnings: [] }
}
