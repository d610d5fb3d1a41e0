/**
 * Writes tensors as a safetensors file: a little-endian u64 with the header's length, the header as JSON padded
 * with spaces to 8 bytes, then the data (https://github.com/huggingface/safetensors#format).
 *
 * @param {Record<string, { shape: number[], data: Float32Array }>} tensors
 * @param {Record<string, string>} metadata
 * @returns {Buffer}
 */
export function encodeSafetensors(tensors, metadata) {
  let offset = 0
  const header = { __metadata__: metadata }
  const parts = []
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes.length] }
    offset += bytes.length
    parts.push(bytes)
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  return Buffer.concat([length, padded, ...parts])
}

/**
 * Reads the F32 tensors of a safetensors file that {@link encodeSafetensors} wrote.
 *
 * @param {Buffer} file
 * @returns {Record<string, { shape: number[], data: Float32Array }>}
 */
export function decodeSafetensors(file) {
  const start = 8 + Number(file.readBigUInt64LE(0))
  const { __metadata__: _, ...header } = JSON.parse(file.toString('utf8', 8, start))
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        // A copy, since a Float32Array begins at a multiple of 4.
        const data = new Float32Array(Uint8Array.from(file.subarray(start + begin, start + end)).buffer)
        return [name, { shape, data }]
      },
    ),
  )
}
