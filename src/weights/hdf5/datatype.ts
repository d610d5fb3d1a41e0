import { Block } from './block.ts'

/** The type of a dataset's elements, or of an attribute. */
export interface Hdf5Type {
  /** As safetensors spells it, where it does. */
  name: string
  /** Of one element, in bytes. */
  size: number
  /** Whether its elements stand in the file as safetensors would write them. */
  isPlain: boolean
}

const FIXED = 0
const FLOAT = 1
const KINDS = [
  'integer',
  'float',
  'time',
  'text',
  'bits',
  'opaque',
  'compound',
  'reference',
  'enum',
  'text',
  'array',
]

/** Reads a datatype message (HDF5 File Format Specification, IV.A.2.d). */
export function readType(content: Buffer): Hdf5Type {
  const block = new Block(content)
  const kind = block.u8() & 0x0f
  const bits = block.u8()
  block.take(2)
  const size = block.u32()
  const isBig = (bits & 1) !== 0 && size > 1
  const name = kind === FIXED ? integer(bits, size) : kind === FLOAT ? float(block, size) : undefined
  return { name: name ?? KINDS[kind] ?? `class ${kind}`, size, isPlain: name !== undefined && !isBig }
}

function integer(bits: number, size: number): string | undefined {
  const sign = (bits & 8) === 0 ? 'U' : 'I'
  return [1, 2, 4, 8].includes(size) ? `${sign}${8 * size}` : undefined
}

function float(block: Block, size: number): string | undefined {
  if (size === 8) return 'F64'
  if (size === 4) return 'F32'
  // bit offset, precision, exponent location; then how many bits the exponent has
  block.take(5)
  const exponent = block.u8()
  if (size === 2) return exponent === 8 ? 'BF16' : 'F16'
  if (size === 1) return exponent === 4 ? 'F8_E4M3' : 'F8_E5M2'
  return undefined
}
