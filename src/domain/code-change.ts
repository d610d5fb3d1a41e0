const WEIGHTS =
  /\.(?:safetensors|onnx|onnx_data|gguf|pt|pth|ckpt|bin|h5|hdf5|keras|npy|npz|pkl|pickle|joblib|dill|msgpack|tflite|pdparams|mlmodel|mar)$/i
const RESULT =
  /(?:\.(?:json|jsonl|ndjson|csv|tsv|log|txt|md|html|png|jpe?g|svg|pdf|out|err)|\.tfevents\..*)$/i

/**
 * Tells whether a path in the work tree changes what a run runs, as far as names tell: weights that an earlier run wrote
 * over tracked ones do not, nor do new files that are what trainings leave behind.
 *
 * @param isNew - neither tracked nor ignored.
 */
export function changesCode(file: string, isNew: boolean): boolean {
  return !WEIGHTS.test(file) && !(isNew && RESULT.test(file))
}
