import { TensorNames } from '../tensor-names.ts'
import { pickledArray, type PickledArray } from './numpy-objects.ts'
import type { PickleReading } from './run-pickle.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import { isKind, type PickleStorage, type PickleTensor, type PickleValue } from './value.ts'

/** A tensor or an array, and its name in the pickle: the keys that lead to it, joined by dots. */
export interface NamedTensor {
  name: string
  tensor: PickleTensor | PickledArray
}

/** What tensors a pickle has. */
export interface TensorList {
  tensors: NamedTensor[]
  /** Why none are listed, though there are some: there is more than is looked through. */
  tooMuch?: string
}

const MAX_DEPTH = 100
/** How many items are walked over. A pickle can name one list many times, so that it holds more than it has bytes. */
const MAX_ITEMS = 2_000_000
const LEAST_ITEMS = 100_000
// What a torch module keeps its own in (torch/nn/modules/module.py).
const HOLDERS = new Set(['_parameters', '_buffers', '_modules'])

/**
 * Lists the tensors and arrays in what a pickle makes; none for one that was not followed to its end.
 *
 * @param most - how many items are walked over: by default some times what its bytes can hold, where none is named twice.
 */
export function listTensors(
  { root, end }: Pick<PickleReading, 'root' | 'end'>,
  most = Math.min(MAX_ITEMS, LEAST_ITEMS + 4 * end),
): TensorList {
  try {
    return { tensors: root === undefined ? [] : findTensors(root, most) }
  } catch (error) {
    if (error instanceof UnreadablePickle) return { tensors: [], tooMuch: error.message }
    throw error
  }
}

function findTensors(root: PickleValue, most: number): NamedTensor[] {
  const found: NamedTensor[] = []
  const names = new TensorNames('.', (why) => new UnreadablePickle(why, true))
  let items = 0
  const path: PickleValue[] = []
  // What was looked through and has no tensor: a pickle can name one list twice, and again, and again.
  const barren = new Set<PickleValue>()
  const visit = (value: PickleValue, name: string): void => {
    if (typeof value !== 'object' || value === null) return
    if (path.length >= MAX_DEPTH || barren.has(value) || path.includes(value)) return
    items += countItems(value)
    if (items > most) throw new UnreadablePickle(`it names more than ${most} values`, true)
    // What describes an array is looked for among all of them.
    const array = isKind(value, 'tensor') ? value : pickledArray(value)
    if (array !== undefined) return void found.push({ name: names.keep(name), tensor: array })
    const before = found.length
    path.push(value)
    for (const [key, item] of members(value)) visit(item, isHolder(key, value) ? name : names.join(name, key))
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

type PickleThing = Exclude<PickleValue, null | boolean | number | bigint | string>

// How many items `members` goes through.
function countItems(value: PickleThing): number {
  if (value.kind !== 'object') return 'items' in value ? value.items.length : 0
  const [state, args] = [value.state, value.args]
  return (
    value.items.length +
    (isKind(state, 'dict') ? state.items.length : 0) +
    (isKind(args, 'tuple') ? args.items.length : 0)
  )
}

function members(value: PickleThing): [string, PickleValue][] {
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

function isHolder(key: string, value: PickleValue): boolean {
  return isKind(value, 'object') && HOLDERS.has(key)
}
