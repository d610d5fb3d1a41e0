import { STORAGE_DTYPES, TORCH_DTYPES } from './torch-dtypes.ts'

/** The functions of `torch._utils` that put tensors together, and that PyTorch's weights-only unpickler accepts. */
const REBUILD = [
  '_rebuild_parameter',
  '_rebuild_parameter_with_state',
  '_rebuild_qtensor',
  '_rebuild_tensor',
  '_rebuild_tensor_v2',
  '_rebuild_tensor_v3',
  '_rebuild_sparse_tensor',
  '_rebuild_meta_tensor_no_storage',
  '_rebuild_wrapper_subclass',
  '_rebuild_device_tensor_from_numpy',
  '_rebuild_device_tensor_from_cpu_tensor',
]

const STORAGES = [...STORAGE_DTYPES.keys()].filter((name) => name !== 'UntypedStorage')

/** Every name that a pickle may import, as `module name`: exact, and never one with a dot in it. */
const ALLOWED: ReadonlySet<string> = new Set([
  'collections OrderedDict',
  'collections Counter',
  'torch Size',
  'torch device',
  'torch.nn.parameter Parameter',
  'torch.storage TypedStorage',
  'torch.storage UntypedStorage',
  ...REBUILD.map((name) => `torch._utils ${name}`),
  ...STORAGES.flatMap((name) => [`torch ${name}`, `torch.cuda ${name}`]),
  ...[...TORCH_DTYPES.keys()].map((name) => `torch ${name}`),
])

/** Tells whether a pickle may import a name without being asked about it. */
export function isAllowed(module: string, name: string): boolean {
  return ALLOWED.has(`${module} ${name}`)
}
