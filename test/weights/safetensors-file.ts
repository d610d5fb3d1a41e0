/** A tensor to write. */
export interface TestTensor {
  dtype: string
  shape: number[]
  bytes: number
}

/** Makes a safetensors file. `header` changes the header before it is written. */
export function safetensorsFile(
  tensors: Readonly<Record<string, TestTensor>>,
  options: { metadata?: unknown; header?: (header: Record<string, unknown>) => unknown; rest?: number } = {},
): Buffer {
  let end = 0
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes }]): [string, unknown] => {
    const begin = end
    end += bytes
    return [name, { dtype, shape, data_offsets: [begin, end] }]
  })
  if (options.metadata !== undefined) entries.unshift(['__metadata__', options.metadata])
  // From entries, so that a tensor named __proto__ is one like any other.
  const header = Object.fromEntries(entries)
  const text = JSON.stringify(options.header === undefined ? header : options.header(header))
  return withHeader(text, end + (options.rest ?? 0))
}

/** Makes a file of a header text and so many bytes of data. */
export function withHeader(text: string, dataSize: number): Buffer {
  const header = Buffer.from(text)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([prefix, header, Buffer.alloc(Math.max(0, dataSize), 7)])
}
