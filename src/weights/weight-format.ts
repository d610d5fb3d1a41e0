/**
 * The format of a weight file, told by its content. `npy-object` is a NumPy array of Python objects,
 * `zip`, `tar` and `unknown` are what could not be told more exactly.
 */
export type WeightFormat =
  | 'safetensors'
  | 'pytorch'
  | 'pytorch-legacy'
  | 'torchscript'
  | 'torch-archive'
  | 'pickle'
  | 'npy'
  | 'npy-object'
  | 'npz'
  | 'keras'
  | 'hdf5'
  | 'onnx'
  | 'gguf'
  | 'flax'
  | 'tflite'
  | 'savedmodel'
  | 'tensorflow-index'
  | 'zip'
  | 'tar'
  | 'unknown'
