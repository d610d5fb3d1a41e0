import type { TensorLayout } from '../../domain/weights-diff.ts'

/** Where the tensors of a file that is to be written stand. */
export interface FileLayout {
  /** Length, header and padding. */
  head: Buffer
  /** Of each tensor's first byte, from the beginning of the file. */
  offsets: number[]
  /** Of the file, in bytes. */
  size: number
}

/**
 * Lays a safetensors file out: a u64 with the header's length, the header as JSON padded with spaces to 8 bytes, the
 * tensors one after the other (https://github.com/huggingface/safetensors#format).
 */
export function layoutTensors(
  tensors: readonly (TensorLayout & { bytes: number })[],
  metadata: Readonly<Record<string, string>>,
): FileLayout {
  let end = 0
  const entries = tensors.map(({ name, dtype, shape, bytes }): [string, unknown] => {
    const begin = end
    end += bytes
    return [name, { dtype, shape, data_offsets: [begin, end] }]
  })
  // From entries, so that a tensor named __proto__ is one like any other.
  const header = { __metadata__: metadata, ...Object.fromEntries(entries) }
  const text = Buffer.from(JSON.stringify(header))
  const json = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  const dataStart = 8 + json.length
  let offset = dataStart
  const offsets = tensors.map(({ bytes }) => {
    const begin = offset
    offset += bytes
    return begin
  })
  return { head: Buffer.concat([length, json]), offsets, size: dataStart + end }
}
