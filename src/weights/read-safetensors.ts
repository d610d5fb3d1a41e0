import { ModelError } from '../domain/errors.ts'
import type { ByteSource } from './byte-source.ts'
import { DTYPE_BITS } from './dtype-bits.ts'
import { findDuplicateKey } from './find-duplicate-key.ts'
import { tooMuchJson } from './json-shape.ts'

/** A tensor as a safetensors header names it. */
export interface TensorInfo {
  name: string
  dtype: string
  shape: number[]
  /** Offsets into the data part: first byte, and the one after the last. */
  begin: number
  end: number
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  /** In bytes, of the whole file. */
  size: number
  /** Where the data part begins. */
  dataStart: number
  /** In the order of their data. */
  tensors: TensorInfo[]
  metadata: Record<string, string>
  /** What is odd but not wrong, such as a dtype that is not known here. */
  warnings: string[]
}

/** The longest header that readers accept, in bytes (safetensors, `MAX_HEADER_SIZE`). */
const MAX_HEADER = 100_000_000
const METADATA = '__metadata__'

/**
 * Reads the header of a safetensors file, and none of its data. Every rule of the format is checked:
 * length, JSON, no name twice, offsets without hole or overlap to the very end of the file, and shapes against sizes.
 *
 * @param name - what to call the file in errors.
 * @throws ModelError `weights-invalid`.
 */
export function parseSafetensors(source: ByteSource, name: string): SafetensorsHeader {
  const { text, dataStart } = readHeaderText(source, name)
  const header = parseObject(text, name)
  const metadata = Object.hasOwn(header, METADATA) ? header[METADATA] : undefined
  const tensors = Object.keys(header)
    .filter((tensor) => tensor !== METADATA)
    .map((tensor) => toTensor(tensor, header[tensor], name))
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkOffsets(tensors, source.size - dataStart, name)
  const unknown = [...new Set(tensors.map(({ dtype }) => dtype))].filter((dtype) => !DTYPE_BITS.has(dtype))
  return {
    size: source.size,
    dataStart,
    tensors,
    metadata: toMetadata(metadata, name),
    warnings: unknown.map(
      (dtype) => `the dtype ${JSON.stringify(dtype)} is not known; its sizes were not checked`,
    ),
  }
}

function readHeaderText(source: ByteSource, name: string): { text: string; dataStart: number } {
  const prefix = source.read(0, 8)
  if (prefix.length < 8) throw invalid(name, `it has only ${source.size} bytes`)
  const length = prefix.readBigUInt64LE(0)
  if (length > BigInt(MAX_HEADER)) throw invalid(name, `its header would be ${length} bytes long`)
  const bytes = source.read(8, Number(length))
  if (bytes.length < Number(length))
    throw invalid(name, 'it ends inside its header: it was not written completely')
  if (bytes[0] !== 0x7b) throw invalid(name, 'its header does not begin with "{"')
  const tooMuch = tooMuchJson(bytes)
  if (tooMuch !== undefined) throw invalid(name, tooMuch)
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { text, dataStart: 8 + Number(length) }
  } catch {
    throw invalid(name, 'its header is not UTF-8')
  }
}

function parseObject(text: string, name: string): Record<string, unknown> {
  const header = parseJson(text, name)
  const twice = findDuplicateKey(text)
  if (twice === undefined) return header
  throw invalid(name, `its header says ${JSON.stringify(twice.slice(0, 200))} twice`)
}

function parseJson(text: string, name: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw invalid(name, `its header is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

function toTensor(tensor: string, value: unknown, name: string): TensorInfo {
  const at = `tensor ${JSON.stringify(tensor.slice(0, 200))}`
  if (typeof value !== 'object' || value === null) throw invalid(name, `${at} is no object`)
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>
  if (typeof dtype !== 'string') throw invalid(name, `${at} has no dtype`)
  if (!isCounts(shape)) throw invalid(name, `${at} has no valid shape`)
  if (!isCounts(offsets) || offsets.length !== 2) throw invalid(name, `${at} has no valid data_offsets`)
  const [begin, end] = offsets as [number, number]
  if (begin > end) throw invalid(name, `${at} ends before it begins`)
  const bits = DTYPE_BITS.get(dtype)
  const needed = bits === undefined ? undefined : elements(shape) * BigInt(bits)
  if (needed !== undefined && needed !== BigInt(end - begin) * 8n) {
    throw invalid(
      name,
      `${at} is ${dtype} [${shape.slice(0, 16).join(', ')}] and cannot have ${end - begin} bytes`,
    )
  }
  return { name: tensor, dtype, shape, begin, end }
}

const MAX_DIMENSIONS = 64

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_DIMENSIONS &&
    value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0)
  )
}

/** Returns how many elements a shape has; exact, since a hostile shape can pass 2^53. */
export function elements(shape: readonly number[]): bigint {
  return shape.reduce((product, size) => product * BigInt(size), 1n)
}

function checkOffsets(tensors: readonly TensorInfo[], dataSize: number, name: string): void {
  let end = 0
  for (const tensor of tensors) {
    if (tensor.begin !== end) {
      const what = tensor.begin > end ? 'leaves a hole before it' : 'overlaps the one before it'
      throw invalid(name, `tensor ${JSON.stringify(tensor.name.slice(0, 200))} ${what}`)
    }
    end = tensor.end
  }
  if (end > dataSize)
    throw invalid(name, `${end - dataSize} bytes are missing at its end: it was not written completely`)
  if (end < dataSize) throw invalid(name, `${dataSize - end} bytes at its end belong to no tensor`)
}

function toMetadata(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {}
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isObject && Object.values(value).every((item) => typeof item === 'string'))
    return value as Record<string, string>
  throw invalid(name, '"__metadata__" is not a map from text to text')
}

function invalid(name: string, why: string): ModelError {
  return new ModelError('weights-invalid', `"${name}" is not a valid safetensors file: ${why}`, {
    hints: ['write it again, or fetch it anew: git lfs pull'],
    data: { path: name },
  })
}
