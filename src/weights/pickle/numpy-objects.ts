import { numpyDtype, type NumpyDtype } from '../numpy-dtype.ts'
import { countsOf, isKind, memberOf, type PickleObject, type PickleValue } from './value.ts'

/** An array of NumPy, as a pickle describes it. */
export interface PickledArray {
  dtype: NumpyDtype
  shape: number[]
  /** Where its elements stand in the file, where they do, row by row. */
  range?: { begin: number; end: number }
}

/** Reads the pickled form of `numpy.dtype` (numpy, `descriptor.c`, `arraydescr_reduce`). */
export function pickledDtype(value: PickleValue | undefined): NumpyDtype | undefined {
  if (!isNamed(value, 'numpy', 'dtype') || !isKind(value.args, 'tuple')) return undefined
  const [type] = value.args.items
  const order = isKind(value.state, 'tuple') ? value.state.items[1] : '|'
  return typeof type === 'string' ? numpyDtype(`${order === '>' ? '>' : '<'}${type}`) : undefined
}

/** Tells whether a value is the pickled form of the dtype of Python objects. */
export function isObjectDtype(value: PickleValue | undefined): boolean {
  if (!isNamed(value, 'numpy', 'dtype') || !isKind(value.args, 'tuple')) return false
  const [type] = value.args.items
  return type === 'O' || type === 'O8'
}

/** Reads the pickled form of an array; undefined for anything else. */
export function pickledArray(value: PickleValue): PickledArray | undefined {
  if (!isKind(value, 'object')) return undefined
  return joblibArray(value) ?? reconstructed(value) ?? fromBuffer(value)
}

/** Reads joblib's stand-in for an array, whose elements follow it. */
export function joblibArray(value: PickleObject): PickledArray | undefined {
  if (!isNamed(value, 'joblib.numpy_pickle', 'NumpyArrayWrapper')) return undefined
  const dtype = pickledDtype(memberOf(value.state, 'dtype'))
  const shape = countsOf(memberOf(value.state, 'shape'))
  if (dtype === undefined || shape === undefined) return undefined
  const isPlaced = value.range !== undefined && memberOf(value.state, 'order') === 'C'
  return { dtype, shape, ...(isPlaced && { range: value.range }) }
}

// `_reconstruct(ndarray, (0,), b'b')`, and BUILD with (version, shape, dtype, isFortran, bytes).
function reconstructed(value: PickleObject): PickledArray | undefined {
  if (!isNamed(value, /^numpy\.(?:_core|core)\.multiarray$/, '_reconstruct')) return undefined
  if (!isKind(value.state, 'tuple')) return undefined
  const [, sizes, type, isFortran, content] = value.state.items
  return arrayOf(pickledDtype(type), countsOf(sizes), isFortran === true ? null : content)
}

// Protocol 5: `_frombuffer(bytes, dtype, shape, order)`.
function fromBuffer(value: PickleObject): PickledArray | undefined {
  if (!isNamed(value, /^numpy\.(?:_core|core)\.numeric$/, '_frombuffer')) return undefined
  if (!isKind(value.args, 'tuple')) return undefined
  const [content, type, sizes, order] = value.args.items
  return arrayOf(pickledDtype(type), countsOf(sizes), order === 'C' ? content : null)
}

function arrayOf(
  dtype: NumpyDtype | undefined,
  shape: number[] | undefined,
  content: PickleValue | undefined,
): PickledArray | undefined {
  if (dtype === undefined || shape === undefined) return undefined
  const isRaw = isKind(content, 'bytes')
  return {
    dtype,
    shape,
    ...(isRaw && { range: { begin: content.offset, end: content.offset + content.length } }),
  }
}

function isNamed(
  value: PickleValue | undefined,
  module: string | RegExp,
  name: string,
): value is PickleObject {
  if (!isKind(value, 'object') || !isKind(value.callee, 'global') || value.callee.name !== name) return false
  return typeof module === 'string' ? value.callee.module === module : module.test(value.callee.module)
}
