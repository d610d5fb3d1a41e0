import path from 'node:path'
import { bytesSource, type ByteSource } from './byte-source.ts'
import {
  walkMessage,
  WireDamage,
  wireBudget,
  type WireBudget,
  type WireField,
} from './protobuf/walk-message.ts'
import { readSortedTable, TableDamage } from './read-sorted-table.ts'
import { weightsInvalid } from './weights-invalid.ts'
import type { TensorView, WeightsView } from './weights-view.ts'

// DataType (tensorflow/core/framework/types.proto).
const DTYPES: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'F64',
  3: 'I32',
  4: 'U8',
  5: 'I16',
  6: 'I8',
  7: 'string',
  8: 'C64',
  9: 'I64',
  10: 'BOOL',
  14: 'BF16',
  17: 'U16',
  18: 'complex128',
  19: 'F16',
  22: 'U32',
  23: 'U64',
  24: 'F8_E5M2',
  25: 'F8_E4M3',
}
const MAX_SHARDS = 10_000
const WORDS = new Set(['string'])

/**
 * Views the index of TensorFlow's variables (`variables.index`, `*.ckpt.index`): a sorted table of BundleEntryProto
 * (tensorflow/core/protobuf/tensor_bundle.proto). The data stand beside it, in shards.
 *
 * @throws ModelError `weights-invalid`.
 */
export function viewTensorflowIndex(source: ByteSource, name: string): WeightsView {
  try {
    const entries = readSortedTable(source)
    const budget = wireBudget()
    const shards = shardsOf(entries.get(''), budget)
    if (shards < 1 || shards > MAX_SHARDS) throw new WireDamage(`it says it has ${shards} shards`)
    const base = path.posix.basename(name, '.index')
    const fileOf = (shard: number): string => {
      if (shard >= shards) throw new WireDamage(`it has ${shards} shards, and names number ${shard}`)
      return `${base}.data-${pad(shard)}-of-${pad(shards)}`
    }
    const tensors = [...entries].flatMap(([key, entry]) =>
      key === '' ? [] : [readEntry(key, entry, fileOf, budget)],
    )
    const files = [...new Set(tensors.flatMap(({ file }) => file ?? []))].sort()
    return {
      format: 'tensorflow-index',
      size: source.size,
      isListed: true,
      tensors,
      metadata: {},
      files,
      warnings: [],
    }
  } catch (error) {
    if (error instanceof TableDamage || error instanceof WireDamage)
      throw weightsInvalid(name, 'index of variables', error.message)
    throw error
  }
}

// BundleHeaderProto: num_shards 1.
function shardsOf(header: Buffer | undefined, budget: WireBudget): number {
  if (header === undefined) throw new WireDamage('it has no header')
  const fields = [...walkMessage({ source: bytesSource(header), start: 0, end: header.length }, budget)]
  return Number(fields.find(({ number }) => number === 1)?.value ?? 1n)
}

// BundleEntryProto: dtype 1, shape 2, shard_id 3, offset 4, size 5.
function readEntry(
  name: string,
  entry: Buffer,
  fileOf: (shard: number) => string,
  budget: WireBudget,
): TensorView {
  const source = bytesSource(entry)
  let [dtype, shard, begin, bytes] = ['undefined', 0, 0, 0]
  let shape: number[] = []
  for (const field of walkMessage({ source, start: 0, end: entry.length }, budget)) {
    if (field.number === 1) dtype = DTYPES[Number(field.value)] ?? `type ${field.value}`
    if (field.number === 2) shape = readShape(source, field, budget)
    if (field.number === 3) shard = Number(field.value)
    if (field.number === 4) begin = Number(field.value)
    if (field.number === 5) bytes = Number(field.value)
  }
  if (!Number.isSafeInteger(begin + bytes))
    throw new WireDamage(`${JSON.stringify(name.slice(0, 200))} is nowhere`)
  const place = WORDS.has(dtype) ? {} : { begin, end: begin + bytes }
  return { name, dtype, shape, bytes, file: fileOf(shard), ...place }
}

// TensorShapeProto: dim 2; Dim: size 1.
function readShape(source: ByteSource, shape: WireField, budget: WireBudget): number[] {
  const sizes: number[] = []
  for (const dimension of walkMessage({ source, start: shape.start, end: shape.end }, budget)) {
    if (dimension.number !== 2) continue
    const parts = [...walkMessage({ source, start: dimension.start, end: dimension.end }, budget)]
    const size = parts.find(({ number }) => number === 1)?.value ?? 0n
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireDamage(`a dimension is ${size}`)
    sizes.push(Number(size))
  }
  return sizes
}

function pad(number: number): string {
  return String(number).padStart(5, '0')
}
