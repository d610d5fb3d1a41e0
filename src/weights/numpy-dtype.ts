/** The dtype of a NumPy array. */
export interface NumpyDtype {
  /** As safetensors spells it; what safetensors lacks, as NumPy does. */
  name: string
  /** Of one element, in bytes. */
  size: number
  /** Whether its elements stand in the file as safetensors would write them. */
  isPlain: boolean
}

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
)

/**
 * Reads a type string of NumPy's array interface, such as `<f4` (numpy, "The array interface protocol"). Undefined
 * for objects (`O`) and for what is no such string.
 */
export function numpyDtype(text: string): NumpyDtype | undefined {
  const match = /^([<>|=]?)([biufcmMSUV])(\d{1,9})(?:\[[^\]]*\])?$/.exec(text)
  if (match === null) return undefined
  const [, order, kind, digits] = match
  const count = Number(digits)
  const name = KINDS.get(`${kind}${count}`)
  return {
    name: name ?? text,
    size: kind === 'U' ? 4 * count : count,
    isPlain: name !== undefined && (order !== '>' || count === 1),
  }
}

const NAMES: Readonly<Record<string, string>> = {
  bool: 'b1',
  ...Object.fromEntries(
    [8, 16, 32, 64].flatMap((bits) => [
      [`int${bits}`, `i${bits / 8}`],
      [`uint${bits}`, `u${bits / 8}`],
    ]),
  ),
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
  complex64: 'c8',
}

// JAX's own (ml_dtypes).
const SMALL_FLOATS: Readonly<Record<string, [name: string, size: number]>> = {
  bfloat16: ['BF16', 2],
  float8_e4m3fn: ['F8_E4M3', 1],
  float8_e5m2: ['F8_E5M2', 1],
}

/** Reads a dtype's name, such as `float32` or `bfloat16`. */
export function numpyDtypeByName(name: string): NumpyDtype | undefined {
  const small = Object.hasOwn(SMALL_FLOATS, name) ? SMALL_FLOATS[name] : undefined
  if (small !== undefined) return { name: small[0], size: small[1], isPlain: true }
  return Object.hasOwn(NAMES, name) ? numpyDtype(`<${NAMES[name]}`) : undefined
}
