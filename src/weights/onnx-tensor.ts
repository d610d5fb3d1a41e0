import { isSafePath } from '../domain/safe-path.ts'
import type { ByteSource } from './byte-source.ts'
import { elements } from './read-safetensors.ts'
import type { TensorView } from './weights-view.ts'
import {
  numbersOf,
  textOf,
  walkMessage,
  WireDamage,
  type WireBudget,
  type WireField,
} from './protobuf/walk-message.ts'

// Name and bits of TensorProto.DataType (onnx/onnx.proto). What safetensors lacks keeps its own name.
const DTYPES: Readonly<Record<number, readonly [name: string, bits: number]>> = {
  1: ['F32', 32],
  2: ['U8', 8],
  3: ['I8', 8],
  4: ['U16', 16],
  5: ['I16', 16],
  6: ['I32', 32],
  7: ['I64', 64],
  8: ['string', 0],
  9: ['BOOL', 8],
  10: ['F16', 16],
  11: ['F64', 64],
  12: ['U32', 32],
  13: ['U64', 64],
  14: ['C64', 64],
  15: ['complex128', 128],
  16: ['BF16', 16],
  17: ['F8_E4M3', 8],
  18: ['F8_E4M3FNUZ', 8],
  19: ['F8_E5M2', 8],
  20: ['F8_E5M2FNUZ', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['F4', 4],
  24: ['F8_E8M0', 8],
}

/**
 * Reads a TensorProto without its content: `dims` 1, `data_type` 2, `name` 8, `raw_data` 9, `external_data` 13,
 * `data_location` 14 (onnx/onnx.proto).
 *
 * @throws WireDamage, also for external data outside the model's folder.
 */
export function readOnnxTensor(source: ByteSource, field: WireField, budget: WireBudget): TensorView {
  const tensor: TensorView = { name: '', dtype: 'undefined', shape: [] }
  const external = new Map<string, string>()
  let [bits, isExternal] = [0, false]
  let raw: WireField | undefined
  for (const part of walkMessage({ source, ...field }, budget)) {
    if (part.number === 1) for (const size of numbersOf(source, part)) tensor.shape.push(countOf(size))
    if (part.number === 2) [tensor.dtype, bits] = DTYPES[Number(part.value)] ?? [`type ${part.value}`, 0]
    if (part.number === 8) tensor.name = textOf(source, part)
    if (part.number === 9) raw = part
    if (part.number === 13) external.set(...entryOf(source, part, budget))
    if (part.number === 14) isExternal = part.value === 1n
  }
  if (tensor.shape.length > 64)
    throw new WireDamage(`tensor ${quote(tensor.name)} has ${tensor.shape.length} dimensions`)
  const bytes = bits === 0 ? undefined : (elements(tensor.shape) * BigInt(bits) + 7n) / 8n
  if (isExternal) return { ...tensor, ...placeExternal(tensor.name, external, bytes) }
  if (bytes !== undefined && raw !== undefined && bytes !== BigInt(raw.end - raw.start))
    throw new WireDamage(`tensor ${quote(tensor.name)} cannot have ${raw.end - raw.start} bytes`)
  if (bytes !== undefined && raw === undefined && bytes > BigInt(8 * (field.end - field.start)))
    throw new WireDamage(`tensor ${quote(tensor.name)} has no room for its content`)
  return {
    ...tensor,
    ...(bytes !== undefined && { bytes: Number(bytes) }),
    ...(bytes !== undefined && raw !== undefined && { begin: raw.start, end: raw.end }),
  }
}

/** Reads a StringStringEntryProto: a key and a value. */
export function entryOf(
  source: ByteSource,
  field: WireField,
  budget: WireBudget,
): [key: string, value: string] {
  const entry: [string, string] = ['', '']
  for (const part of walkMessage({ source, ...field }, budget))
    if (part.number === 1 || part.number === 2) entry[part.number - 1] = textOf(source, part)
  return entry
}

function placeExternal(
  name: string,
  external: ReadonlyMap<string, string>,
  bytes: bigint | undefined,
): Partial<TensorView> {
  const file = external.get('location') ?? ''
  if (!isSafePath(file))
    throw new WireDamage(
      `the external data of tensor ${quote(name)} is at ${quote(file)}, which is no path inside its folder`,
    )
  const begin = Number(external.get('offset') ?? 0)
  const length = Number(external.get('length') ?? bytes ?? Number.NaN)
  if (!isCount(begin) || !isCount(length) || (bytes !== undefined && BigInt(length) !== bytes))
    throw new WireDamage(`the place of the external data of tensor ${quote(name)} is none`)
  return { file, begin, end: begin + length, bytes: length }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function countOf(size: bigint): number {
  const count = Number(BigInt.asIntN(64, size))
  if (isCount(count)) return count
  throw new WireDamage(`a dimension is ${count}`)
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
