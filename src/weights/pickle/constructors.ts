import { TORCH_DTYPES, torchItemSize } from './torch-dtypes.ts'
import { countsOf, isCount, isKind, type PickleTensor, type PickleValue } from './value.ts'

type Constructor = (args: readonly PickleValue[]) => PickleValue | undefined

/**
 * What the allowed names make, by name. Each answers undefined for operands that are not of the types it takes
 * (torch/_utils.py). Names that are not here are values, such as dtypes, and cannot be called.
 */
export const CONSTRUCTORS: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['OrderedDict', orderedDict],
  ['Counter', counter],
  ['Size', ([sizes, ...rest]) => (rest.length === 0 ? tupleOf(sizes) : undefined)],
  ['device', (args) => (args.every((arg) => typeof arg === 'string' || isCount(arg)) ? 'device' : undefined)],
  ['Parameter', ([data, ...flags]) => (flags.every(isFlag) ? tensorOf(data) : undefined)],
  ['_rebuild_parameter', ([data, isTrained, hooks]) => parameter(data, isTrained, hooks)],
  [
    '_rebuild_parameter_with_state',
    ([data, isTrained, hooks, state]) => withState(data, isTrained, hooks, state),
  ],
  ['_rebuild_tensor', ([storage, offset, size, stride]) => view(storage, offset, size, stride)],
  ['_rebuild_tensor_v2', ([storage, offset, size, stride]) => view(storage, offset, size, stride)],
  [
    '_rebuild_tensor_v3',
    ([storage, offset, size, stride, , , dtype]) => typedView(storage, offset, size, stride, dtype),
  ],
  ['_rebuild_qtensor', ([storage, offset, size, stride]) => view(storage, offset, size, stride)],
  ['_rebuild_sparse_tensor', sparse],
  ['_rebuild_meta_tensor_no_storage', ([dtype, size]) => bare(dtype, size)],
  ['_rebuild_wrapper_subclass', ([, dtype, size]) => bare(dtype, size)],
  ['_rebuild_device_tensor_from_cpu_tensor', ([data]) => tensorOf(data)],
])

function orderedDict(args: readonly PickleValue[]): PickleValue | undefined {
  if (args.length === 0) return { kind: 'dict', items: [] }
  const [pairs] = args
  if (args.length !== 1 || !isKind(pairs, 'list')) return undefined
  const items: PickleValue[] = []
  for (const pair of pairs.items) {
    if (!(isKind(pair, 'tuple') || isKind(pair, 'list')) || pair.items.length !== 2) return undefined
    items.push(pair.items[0]!, pair.items[1]!)
  }
  return { kind: 'dict', items }
}

function counter(args: readonly PickleValue[]): PickleValue | undefined {
  if (args.length === 0) return { kind: 'dict', items: [] }
  return args.length === 1 && isKind(args[0], 'dict') ? { kind: 'dict', items: args[0].items } : undefined
}

function tupleOf(sizes: PickleValue | undefined): PickleValue | undefined {
  const counts = countsOf(sizes)
  return counts === undefined ? undefined : { kind: 'tuple', items: counts }
}

function tensorOf(value: PickleValue | undefined): PickleTensor | undefined {
  return isKind(value, 'tensor') ? value : undefined
}

function isFlag(value: PickleValue | undefined): boolean {
  return typeof value === 'boolean'
}

// Hooks would be called, so there may be none.
function parameter(
  data: PickleValue | undefined,
  isTrained: PickleValue | undefined,
  hooks: PickleValue | undefined,
): PickleValue | undefined {
  const hasNone = isKind(hooks, 'dict') && hooks.items.length === 0
  return isFlag(isTrained) && hasNone ? tensorOf(data) : undefined
}

function withState(
  data: PickleValue | undefined,
  isTrained: PickleValue | undefined,
  hooks: PickleValue | undefined,
  state: PickleValue | undefined,
): PickleValue | undefined {
  return isKind(state, 'dict') || isKind(state, 'tuple') ? parameter(data, isTrained, hooks) : undefined
}

function view(
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  size: PickleValue | undefined,
  stride: PickleValue | undefined,
): PickleTensor | undefined {
  const [shape, strides] = [countsOf(size), countsOf(stride)]
  if (!isKind(storage, 'storage') || storage.dtype === 'UNTYPED' || !isCount(offset)) return undefined
  if (shape === undefined || strides?.length !== shape.length) return undefined
  const tensor: PickleTensor = { kind: 'tensor', dtype: storage.dtype, shape, strides, storage, offset }
  return isInside(shape, strides, offset, storage.length) ? tensor : undefined
}

// The dtype is said apart, and the storage counts in bytes.
function typedView(
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  size: PickleValue | undefined,
  stride: PickleValue | undefined,
  dtype: PickleValue | undefined,
): PickleTensor | undefined {
  const name = dtypeOf(dtype)
  const [shape, strides] = [countsOf(size), countsOf(stride)]
  if (!isKind(storage, 'storage') || !isCount(offset) || name === undefined) return undefined
  if (shape === undefined || strides?.length !== shape.length) return undefined
  const bytes = storage.length * torchItemSize(storage.dtype)
  if (!isInside(shape, strides, offset, Math.floor(bytes / torchItemSize(name)))) return undefined
  return { kind: 'tensor', dtype: name, shape, strides, storage, offset }
}

// The last element that the strides lead to; exact, since hostile numbers can pass 2^53.
function isInside(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  length: number,
): boolean {
  if (shape.includes(0)) return true
  const last = shape.reduce(
    (sum, count, axis) => sum + BigInt(count - 1) * BigInt(strides[axis]!),
    BigInt(offset),
  )
  return last < BigInt(length)
}

// (layout, (indices, values, size, …)), or compressed: (layout, (indices, indices, values, size, …)).
function sparse([, data]: readonly PickleValue[]): PickleTensor | undefined {
  const items = isKind(data, 'tuple') ? data.items : []
  const values = items.findLast((item) => isKind(item, 'tensor'))
  const shape = items.map(countsOf).find((counts) => counts !== undefined)
  if (values === undefined || shape === undefined) return undefined
  return { kind: 'tensor', dtype: values.dtype, shape, offset: 0 }
}

function bare(dtype: PickleValue | undefined, size: PickleValue | undefined): PickleTensor | undefined {
  const [name, shape] = [dtypeOf(dtype), countsOf(size)]
  return name === undefined || shape === undefined
    ? undefined
    : { kind: 'tensor', dtype: name, shape, offset: 0 }
}

function dtypeOf(value: PickleValue | undefined): string | undefined {
  return isKind(value, 'global') && value.module === 'torch' ? TORCH_DTYPES.get(value.name) : undefined
}
