/** The dtype of a NumPy array. */
export interface NumpyDtype {
  /** As safetensors spells it; what safetensors lacks, as NumPy does. */
  name: string
  /** Of one element, in bytes. */
  size: number
  /** Whether its elements stand in the file as safetensors would write them. */
  isPlain: boolean
}

const KINDS: Readonly<Record<string, string>> = {
  b1: 'BOOL',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
  c8: 'C64',
}

/**
 * Reads a type string of NumPy's array interface, such as `<f4` (numpy, "The array interface protocol"). Undefined
 * for objects (`O`) and for what is no such string.
 */
export function numpyDtype(text: string): NumpyDtype | undefined {
  const match = /^([<>|=]?)([biufcmMSUV])(\d{1,9})(?:\[[^\]]*\])?$/.exec(text)
  if (match === null) return undefined
  const [, order, kind, digits] = match
  const count = Number(digits)
  const name = KINDS[`${kind}${count}`]
  return {
    name: name ?? text,
    size: kind === 'U' ? 4 * count : count,
    isPlain: name !== undefined && (order !== '>' || count === 1),
  }
}
