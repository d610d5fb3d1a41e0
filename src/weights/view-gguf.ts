import { ByteCursor } from './byte-cursor.ts'
import type { ByteSource } from './byte-source.ts'
import { GGML_TYPES } from './ggml-types.ts'
import { readGgufValues } from './read-gguf-values.ts'
import { elements } from './read-safetensors.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { TensorView, WeightsView } from './weights-view.ts'

const KIND = 'GGUF file'
/** Name length, dimensions, type and offset of a tensor without name and dimensions. */
const SMALLEST_TENSOR = 24
const MAX_TENSORS = 1_000_000
const MAX_NAME = 1024
const MAX_DIMENSIONS = 8

/**
 * Views a GGUF file, version 2 or 3 (ggml, `docs/gguf.md`). Every count is compared with what the file can hold
 * before anything is made of it.
 *
 * @throws ModelError `weights-invalid`.
 */
export function viewGguf(source: ByteSource, name: string): WeightsView {
  const fail = (why: string): Error => weightsInvalid(name, KIND, why)
  const cursor = new ByteCursor(source, 4, fail)
  const version = cursor.u32()
  if (version >= 0x01000000) throw fail('it is big-endian, which is not read here')
  if (version !== 2 && version !== 3) throw fail(`its version is ${version}`)
  const [tensorCount, valueCount] = [cursor.take(8).readBigUInt64LE(0), cursor.take(8).readBigUInt64LE(0)]
  const most = Math.min(MAX_TENSORS, Math.floor(source.size / SMALLEST_TENSOR))
  if (tensorCount > BigInt(most)) throw fail(`it says it has ${tensorCount} tensors`)
  const { metadata, alignment } = readGgufValues(cursor, valueCount, fail)
  const infos = Array.from({ length: Number(tensorCount) }, () => readTensor(cursor, fail))
  const dataStart = Math.ceil(cursor.at / alignment) * alignment
  return {
    format: 'gguf',
    size: source.size,
    isListed: true,
    tensors: placeAll(infos, dataStart, source.size, fail),
    metadata,
    files: [],
    warnings: unknownTypes(infos),
  }
}

interface TensorInfo {
  name: string
  shape: number[]
  type: number
  /** From the beginning of the data. */
  offset: number
}

type Fail = (why: string) => Error

function readTensor(cursor: ByteCursor, fail: Fail): TensorInfo {
  const length = cursor.u64()
  if (length > MAX_NAME) throw fail(`the name of a tensor would be ${length} bytes long`)
  const name = cursor.take(length).toString('utf8')
  const dimensions = cursor.u32()
  if (dimensions > MAX_DIMENSIONS) throw fail(`tensor ${quote(name)} has ${dimensions} dimensions`)
  // The innermost dimension comes first.
  const shape = Array.from({ length: dimensions }, () => cursor.u64()).reverse()
  return { name, shape, type: cursor.u32(), offset: cursor.u64() }
}

function placeAll(infos: readonly TensorInfo[], dataStart: number, size: number, fail: Fail): TensorView[] {
  const names = new Set<string>()
  const tensors = infos.map((info) => {
    if (names.has(info.name)) throw fail(`it has two tensors ${quote(info.name)}`)
    names.add(info.name)
    return place(info, dataStart, size, fail)
  })
  const inOrder = tensors.toSorted((a, b) => (a.begin ?? 0) - (b.begin ?? 0))
  for (const [index, tensor] of inOrder.entries()) {
    const before = inOrder[index - 1]?.end
    if (before !== undefined && tensor.begin !== undefined && tensor.begin < before && tensor.bytes! > 0)
      throw fail(`tensor ${quote(tensor.name)} overlaps the one before it`)
  }
  return tensors
}

function place(
  { name, shape, type, offset }: TensorInfo,
  dataStart: number,
  size: number,
  fail: Fail,
): TensorView {
  const known = GGML_TYPES.get(type)
  if (known === undefined) return { name, dtype: `type ${type}`, shape }
  const count = elements(shape)
  if (BigInt(shape.at(-1) ?? 0) % BigInt(known.elements) !== 0n)
    throw fail(`the rows of tensor ${quote(name)} are no whole blocks of ${known.name}`)
  const bytes = (count / BigInt(known.elements)) * BigInt(known.bytes)
  const begin = dataStart + offset
  if (BigInt(begin) + bytes > BigInt(size)) throw fail(`tensor ${quote(name)} reaches beyond the end`)
  return { name, dtype: known.name, shape, bytes: Number(bytes), begin, end: begin + Number(bytes) }
}

function unknownTypes(infos: readonly TensorInfo[]): string[] {
  const types = new Set(infos.map(({ type }) => type).filter((type) => !GGML_TYPES.has(type)))
  return [...types].map((type) => `the type ${type} is not known; its sizes were not checked`)
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
