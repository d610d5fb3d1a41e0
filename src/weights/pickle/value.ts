/** What stands for a Python object while a pickle is followed. Nothing is ever imported or called. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | { kind: 'bytes'; length: number; offset: number }
  | PickleSequence<'list'>
  | PickleSequence<'tuple'>
  | PickleSequence<'set'>
  | PickleDict
  | PickleGlobal
  | PickleObject
  | PickleStorage
  | PickleTensor

/** A list, tuple or set. */
export interface PickleSequence<K extends 'list' | 'tuple' | 'set'> {
  kind: K
  items: PickleValue[]
}

/** A dict; also an OrderedDict and a Counter. */
export interface PickleDict {
  kind: 'dict'
  /** Keys and values by turns. */
  items: PickleValue[]
}

/** A name that a pickle imports. */
export interface PickleGlobal {
  kind: 'global'
  module: string
  name: string
}

/** What calling something gives, of which only the call is known. */
export interface PickleObject {
  kind: 'object'
  callee: PickleValue
  args: PickleValue
  /** What BUILD gave it. */
  state?: PickleValue
  /** What was appended or set. */
  items: PickleValue[]
  /** Where raw bytes of a joblib array begin and end, in the file. */
  range?: { begin: number; end: number }
}

/** A torch storage: the bytes that tensors look into. */
export interface PickleStorage {
  kind: 'storage'
  /** The dtype of its elements, `UNTYPED` for bare bytes. */
  dtype: string
  key: string
  /** How many elements it has. */
  length: number
  /** In elements, within the storage `key`: an old way to share. */
  offset: number
}

/** A torch tensor. */
export interface PickleTensor {
  kind: 'tensor'
  dtype: string
  shape: number[]
  /** Absent for tensors on the meta device. */
  storage?: PickleStorage
  /** In elements. */
  offset: number
  /** In elements; absent where it is not a plain view. */
  strides?: number[]
}

/** Tells whether a value is of a kind. */
export function isKind<K extends Exclude<PickleValue, null | boolean | number | bigint | string>['kind']>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind
}

/** Returns the items of a tuple of whole numbers that count something; undefined for anything else. */
export function countsOf(value: PickleValue | undefined): number[] | undefined {
  if (!isKind(value, 'tuple') && !isKind(value, 'list')) return undefined
  const { items } = value
  return items.length <= 64 && items.every((item) => isCount(item)) ? items : undefined
}

/** Tells whether a value is a whole number from 0. */
export function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Returns the value of a dict's text key. */
export function memberOf(dict: PickleValue | undefined, key: string): PickleValue | undefined {
  if (!isKind(dict, 'dict')) return undefined
  const at = dict.items.findIndex((item, index) => index % 2 === 0 && item === key)
  return at < 0 ? undefined : dict.items[at + 1]
}
