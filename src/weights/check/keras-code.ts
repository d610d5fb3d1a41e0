const MAX_DEPTH = 200
/** Layers that load a program of another kind: a pickle of torch (CVE-2025-49655), a SavedModel, a function of JAX. */
const LOADERS = new Set(['TorchModuleWrapper', 'TFSMLayer', 'JaxLayer', 'FlaxLayer'])
const OWN_MODULE = /^(?:keras|tf_keras|tensorflow\.(?:python\.)?keras|keras_hub|keras_nlp|keras_cv)(?:\.|$)/

/**
 * Names what of a Keras model's configuration runs code when it is loaded: Lambda layers, functions that are written
 * out, and classes of modules that are not Keras' own (CVE-2025-1550, CVE-2025-9905).
 */
export function findKerasCode(config: unknown): string[] {
  const found = new Set<string>()
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
    if (!Array.isArray(value)) for (const name of judge(value as Record<string, unknown>)) found.add(name)
    for (const member of Object.values(value)) visit(member, depth + 1)
  }
  visit(config, 0)
  return [...found]
}

function judge(node: Record<string, unknown>): string[] {
  const { class_name: name, module, config } = node
  if (typeof name !== 'string') return []
  if (name === 'Lambda') return [`the Lambda layer ${JSON.stringify(layerName(config))}`]
  if (name === '__lambda__') return ['a function that is written out in it']
  if (LOADERS.has(name)) return [`the layer ${name}`]
  const file = fileOf(config)
  if (file !== undefined)
    return [`the file ${JSON.stringify(file.slice(0, 200))}, which ${name.slice(0, 100)} reads`]
  if (name === 'function' && !isFunctionOfKeras(module))
    return [`${String(config)} of the module ${String(module)}`.slice(0, 300)]
  const isForeign = typeof module === 'string' && module !== '' && !OWN_MODULE.test(module)
  return isForeign ? [`${name} of the module ${module}`.slice(0, 300)] : []
}

// Functions of other modules of Keras reach files and the network: keras.utils.get_file (CVE-2025-8747).
function isFunctionOfKeras(module: unknown): boolean {
  return (
    typeof module === 'string' &&
    OWN_MODULE.test(module) &&
    /\.(?:activations|losses|metrics|initializers|regularizers|constraints|ops)(?:\.|$)/.test(module)
  )
}

// The vocabulary of a lookup layer may be the path of a file (CVE-2025-12058).
function fileOf(config: unknown): string | undefined {
  const vocabulary =
    typeof config === 'object' && config !== null
      ? (config as { vocabulary?: unknown }).vocabulary
      : undefined
  return typeof vocabulary === 'string' ? vocabulary : undefined
}

function layerName(config: unknown): string {
  const name = typeof config === 'object' && config !== null ? (config as { name?: unknown }).name : undefined
  return typeof name === 'string' ? name.slice(0, 200) : ''
}
