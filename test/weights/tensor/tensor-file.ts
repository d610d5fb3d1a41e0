/** A tensor to write: F32 and F64 by value, anything else by its raw elements. */
export interface TestTensor {
  dtype: string
  /** By default one dimension. */
  shape?: number[]
  values: readonly number[] | Uint8Array
}

/** Makes a safetensors file with these tensors. */
export function tensorFile(
  tensors: Readonly<Record<string, TestTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  let end = 0
  const parts = Object.entries(tensors).map(([name, { dtype, shape, values }]) => {
    const data = values instanceof Uint8Array ? values : encode(dtype, values)
    const begin = end
    end += data.length
    return { name, data, entry: { dtype, shape: shape ?? [values.length], data_offsets: [begin, end] } }
  })
  const header = Object.fromEntries([
    ['__metadata__', metadata],
    ...parts.map(({ name, entry }): [string, unknown] => [name, entry]),
  ])
  const text = Buffer.from(JSON.stringify(header))
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')])
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(padded.length))
  return Buffer.concat([prefix, padded, ...parts.map(({ data }) => data)])
}

/** An F32 tensor. */
export function f32(values: readonly number[], shape?: number[]): TestTensor {
  return { dtype: 'F32', values, ...(shape !== undefined && { shape }) }
}

function encode(dtype: string, values: readonly number[]): Uint8Array {
  const array =
    dtype === 'F32'
      ? Float32Array.from(values)
      : dtype === 'F64'
        ? Float64Array.from(values)
        : dtype === 'I64'
          ? BigInt64Array.from(values.map(BigInt))
          : dtype === 'F16' || dtype === 'BF16'
            ? Uint16Array.from(values)
            : Uint8Array.from(values)
  return new Uint8Array(array.buffer)
}
