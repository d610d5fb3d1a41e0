import type { ByteSource } from './byte-source.ts'
import { numpyDtype, type NumpyDtype } from './numpy-dtype.ts'
import { readPythonLiteral, type PythonLiteral } from './python-literal.ts'
import { elements } from './read-safetensors.ts'
import type { TensorView } from './weights-view.ts'

/** The header of a `.npy` file. */
export interface NpyHeader {
  /** The dtype; `object` for an array of Python objects, whose content is a pickle. */
  dtype: NumpyDtype | 'object'
  shape: number[]
  /** Whether its elements stand column by column. */
  isFortran: boolean
  /** Where the elements begin. */
  dataStart: number
}

/** A `.npy` file that is not in order. The message says why. */
export class NpyDamage extends Error {
  override readonly name = 'NpyDamage'
}

const MAX_HEADER = 2 ** 20

/** Reads the header of a `.npy` file, version 1 to 3 (numpy, `lib/format.py`). @throws NpyDamage. */
export function readNpyHeader(source: Pick<ByteSource, 'read'>): NpyHeader {
  const start = source.read(0, 12)
  if (start.length < 12) throw new NpyDamage('it ends inside its header')
  const version = start[6]!
  if (start.toString('latin1', 0, 6) !== '\u0093NUMPY' || version < 1 || version > 3)
    throw new NpyDamage(`its version is ${version}`)
  const [textStart, length] = version === 1 ? [10, start.readUInt16LE(8)] : [12, start.readUInt32LE(8)]
  if (length > MAX_HEADER) throw new NpyDamage(`its header would be ${length} bytes long`)
  const text = source.read(textStart, length)
  if (text.length < length) throw new NpyDamage('it ends inside its header')
  const header = readPythonLiteral(text.toString(version === 3 ? 'utf8' : 'latin1'))
  if (!(header instanceof Map)) throw new NpyDamage('its header is no Python dict')
  const shape = shapeOf(header.get('shape'))
  const isFortran = header.get('fortran_order')
  if (shape === undefined || typeof isFortran !== 'boolean')
    throw new NpyDamage('its header has no valid shape')
  return { dtype: dtypeOf(header.get('descr')), shape, isFortran, dataStart: textStart + length }
}

/**
 * Says what the array of a `.npy` file is.
 *
 * @param size - of the file, in bytes; @param place - where it begins, undefined for one that is packed.
 * @throws NpyDamage where the array does not fill the file.
 */
export function npyTensor(
  header: NpyHeader,
  name: string,
  size: number,
  place: number | undefined,
): TensorView {
  const { dtype, shape, isFortran, dataStart } = header
  if (dtype === 'object') return { name, dtype: 'object', shape }
  const needed = elements(shape) * BigInt(dtype.size)
  if (needed !== BigInt(size - dataStart))
    throw new NpyDamage(`it is ${dtype.name} [${shape.join(', ')}] and cannot have ${size - dataStart} bytes`)
  const bytes = Number(needed)
  const isPlain = dtype.isPlain && (!isFortran || shape.length < 2) && place !== undefined
  const begin = (place ?? 0) + dataStart
  return { name, dtype: dtype.name, shape, bytes, ...(isPlain && { begin, end: begin + bytes }) }
}

function shapeOf(value: PythonLiteral | undefined): number[] | undefined {
  const isShape =
    Array.isArray(value) &&
    value.length <= 64 &&
    value.every((item) => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0)
  return isShape ? (value as number[]) : undefined
}

// A text, or a list of fields: (name, type) and (name, type, shape).
function dtypeOf(descr: PythonLiteral | undefined): NpyHeader['dtype'] {
  if (typeof descr === 'string') {
    if (/^[|<>=]?O/.test(descr)) return 'object'
    const dtype = numpyDtype(descr)
    if (dtype !== undefined) return dtype
  }
  if (Array.isArray(descr)) {
    const fields = descr.map(fieldOf)
    if (fields.includes('object')) return 'object'
    const size = fields.reduce<number>((sum, field) => sum + (field === 'object' ? 0 : field.size), 0)
    return { name: 'struct', size: sizeOf(size), isPlain: false }
  }
  throw new NpyDamage('its dtype is none that NumPy writes')
}

function fieldOf(field: PythonLiteral): NpyHeader['dtype'] {
  const [, type, sizes = []] = Array.isArray(field) ? field : []
  const dtype = dtypeOf(type)
  const shape = shapeOf(sizes)
  if (shape === undefined) throw new NpyDamage('its dtype is none that NumPy writes')
  if (dtype === 'object') return dtype
  return { ...dtype, size: sizeOf(dtype.size * Number(elements(shape))) }
}

// A shape can have more elements than there are numbers for.
function sizeOf(bytes: number): number {
  if (Number.isSafeInteger(bytes)) return bytes
  throw new NpyDamage('an element of it is larger than any file')
}
