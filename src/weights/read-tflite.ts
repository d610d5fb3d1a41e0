import type { ByteSource } from './byte-source.ts'
import { FlatDamage, FlatTable } from './flat-table.ts'
import { elements } from './read-safetensors.ts'
import type { TensorView } from './weights-view.ts'

/** What a TFLite model holds. */
export interface TfliteModel {
  /** Those that have content of their own: weights, not what flows between operators. */
  tensors: TensorView[]
  metadata: Record<string, string>
  /** Operators that TFLite does not have itself, sorted. */
  customOperators: string[]
}

// Name and bits of TensorType (tensorflow/lite/schema/schema.fbs).
const DTYPES: readonly (readonly [name: string, bits: number])[] = [
  ['F32', 32],
  ['F16', 16],
  ['I32', 32],
  ['U8', 8],
  ['I64', 64],
  ['string', 0],
  ['BOOL', 8],
  ['I16', 16],
  ['C64', 64],
  ['I8', 8],
  ['F64', 64],
  ['complex128', 128],
  ['U64', 64],
  ['resource', 0],
  ['variant', 0],
  ['U32', 32],
  ['U16', 16],
  ['int4', 4],
  ['BF16', 16],
]

/**
 * Reads a TFLite model without its buffers. Model: version 0, operator_codes 1, subgraphs 2, description 3, buffers 4
 * (tensorflow/lite/schema/schema.fbs).
 *
 * @throws FlatDamage.
 */
export function readTflite(source: ByteSource): TfliteModel {
  const model = FlatTable.root(source)
  const buffers = model.tables(4)
  const graphs = model.tables(2)
  const tensors = graphs.flatMap((graph, index) =>
    graph.tables(0).flatMap((tensor) => {
      const view = readTensor(tensor, buffers, source.size)
      if (view === undefined) return []
      return [index === 0 ? view : { ...view, name: `${graph.text(4) ?? index}/${view.name}` }]
    }),
  )
  const description = model.text(3)
  const custom = model.tables(1).map((operator) => operator.text(1))
  return {
    tensors,
    metadata: {
      version: String(model.number(0, 'u32')),
      ...(description !== undefined && description !== '' && { description }),
    },
    customOperators: [
      ...new Set(custom.filter((name) => name !== undefined && name !== '')),
    ].sort() as string[],
  }
}

// Tensor: shape 0, type 1, buffer 2, name 3. Buffer: data 0, or offset 1 and size 2 behind the model.
function readTensor(
  tensor: FlatTable,
  buffers: readonly FlatTable[],
  fileSize: number,
): TensorView | undefined {
  const buffer = buffers[tensor.number(2, 'u32')]
  const data = buffer?.vector(0) ?? outer(buffer)
  if (data === undefined || data.count === 0) return undefined
  const [name, shape] = [tensor.text(3) ?? '', tensor.numbers(0)]
  const type = tensor.number(1, 'u8')
  const [dtype, bits] = DTYPES[type] ?? [`type ${type}`, 0]
  if (shape.some((length) => length < 0) || data.start + data.count > fileSize)
    throw new FlatDamage(`tensor ${JSON.stringify(name.slice(0, 200))} is not where it says`)
  const needed = (elements(shape) * BigInt(bits) + 7n) / 8n
  if (bits > 0 && needed !== BigInt(data.count) && !isSparse(tensor))
    throw new FlatDamage(
      `tensor ${JSON.stringify(name.slice(0, 200))} is ${dtype} [${shape.join(', ')}] and cannot have ${data.count} bytes`,
    )
  return { name, dtype, shape, bytes: data.count, begin: data.start, end: data.start + data.count }
}

function isSparse(tensor: FlatTable): boolean {
  return tensor.vector(6) !== undefined
}

function outer(buffer: FlatTable | undefined): { start: number; count: number } | undefined {
  const start = buffer?.number(1, 'u64') ?? 0
  return start <= 1 ? undefined : { start, count: buffer!.number(2, 'u64') }
}
