import { pickledArray, type PickledArray } from './numpy-objects.ts'
import { isKind, type PickleStorage, type PickleTensor, type PickleValue } from './value.ts'

/** A tensor or an array, and its name in the pickle: the keys that lead to it, joined by dots. */
export interface NamedTensor {
  name: string
  tensor: PickleTensor | PickledArray
}

const MAX_DEPTH = 100
const MAX_VISITS = 1_000_000
// What a torch module keeps its own in (torch/nn/modules/module.py).
const HOLDERS = new Set(['_parameters', '_buffers', '_modules'])

/** Lists the tensors and arrays in what a pickle makes. */
export function listTensors(root: PickleValue): NamedTensor[] {
  const found: NamedTensor[] = []
  let visits = 0
  const path: PickleValue[] = []
  // What was looked through and has no tensor: a pickle can name one list twice, and again, and again.
  const barren = new Set<PickleValue>()
  const visit = (value: PickleValue, name: string): void => {
    visits += 1
    if (typeof value !== 'object' || value === null || visits > MAX_VISITS) return
    if (path.length >= MAX_DEPTH || barren.has(value) || path.includes(value)) return
    const array = isKind(value, 'tensor') ? value : pickledArray(value)
    if (array !== undefined) return void found.push({ name, tensor: array })
    const before = found.length
    path.push(value)
    for (const [key, item] of members(value)) visit(item, join(name, key, value))
    path.pop()
    if (found.length === before) barren.add(value)
  }
  visit(root, '')
  return found
}

/** Returns the storages that tensors look into, by their keys. */
export function storagesOf(tensors: readonly NamedTensor[]): Map<string, PickleStorage> {
  const storages = tensors.flatMap(({ tensor }) =>
    'kind' in tensor && tensor.storage !== undefined ? [tensor.storage] : [],
  )
  return new Map(storages.map((storage) => [storage.key, storage]))
}

function members(
  value: Exclude<PickleValue, null | boolean | number | bigint | string>,
): [string, PickleValue][] {
  if (value.kind === 'dict') return pairs(value.items)
  if (value.kind === 'list' || value.kind === 'tuple')
    return value.items.map((item, at) => [String(at), item])
  if (value.kind !== 'object') return []
  return [
    ...(isKind(value.state, 'dict') ? pairs(value.state.items) : []),
    ...(isKind(value.args, 'tuple') ? members(value.args) : []),
    ...pairs(value.items.length % 2 === 0 ? value.items : []),
  ]
}

function pairs(items: readonly PickleValue[]): [string, PickleValue][] {
  return items.flatMap((key, at): [string, PickleValue][] =>
    at % 2 === 0 && at + 1 < items.length && isKey(key) ? [[String(key), items[at + 1]!]] : [],
  )
}

function isKey(key: PickleValue): key is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof key)
}

function join(name: string, key: string, holder: PickleValue): string {
  if (isKind(holder, 'object') && HOLDERS.has(key)) return name
  return name === '' ? key : `${name}.${key}`
}
