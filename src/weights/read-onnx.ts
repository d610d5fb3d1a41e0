import type { ByteSource } from './byte-source.ts'
import { entryOf, readOnnxTensor } from './onnx-tensor.ts'
import type { TensorView } from './weights-view.ts'
import {
  textOf,
  walkMessage,
  WireDamage,
  wireBudget,
  type WireBudget,
  type WireField,
} from './protobuf/walk-message.ts'

/** What an ONNX model holds. */
export interface OnnxModel {
  tensors: TensorView[]
  metadata: Record<string, string>
  /** Operators that ONNX and its runtime do not have themselves, as `domain.Name`, sorted. */
  customOperators: string[]
}

const MAX_DEPTH = 16
const MAX_TENSORS = 1_000_000
// The domains of ONNX itself, and of the operators that ONNX Runtime comes with.
const KNOWN_DOMAINS = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
])
const TEXTS: Readonly<Record<number, string>> = {
  2: 'producer_name',
  3: 'producer_version',
  4: 'domain',
  6: 'doc_string',
}

/**
 * Reads an ONNX model by walking over its fields; contents of tensors are passed over (onnx/onnx.proto).
 *
 * @throws WireDamage.
 */
export function readOnnx(source: ByteSource): OnnxModel {
  const walker = new OnnxWalker(source)
  const metadata = new Map<string, string>()
  let hasGraph = false
  for (const field of walkMessage({ source, start: 0, end: source.size }, walker.budget)) {
    const text = TEXTS[field.number]
    if (text !== undefined && field.end > field.start) metadata.set(text, textOf(source, field))
    if (field.number === 1) metadata.set('ir_version', String(field.value))
    if (field.number === 5) metadata.set('model_version', String(BigInt.asIntN(64, field.value)))
    if (field.number === 7) {
      hasGraph = true
      walker.graph(field, 0)
    }
    if (field.number === 8) metadata.set(...walker.opset(field))
    if (field.number === 14) metadata.set(...entryOf(source, field, walker.budget))
    if (field.number === 25) walker.function(field)
  }
  if (!hasGraph) throw new WireDamage('it has no graph')
  const custom = [...walker.operators].filter((operator) => !walker.functions.has(operator))
  return { tensors: walker.tensors, metadata: Object.fromEntries(metadata), customOperators: custom.sort() }
}

class OnnxWalker {
  readonly budget: WireBudget = wireBudget()
  readonly tensors: TensorView[] = []
  readonly operators = new Set<string>()
  /** What the model defines itself. */
  readonly functions = new Set<string>()
  readonly #source: ByteSource

  constructor(source: ByteSource) {
    this.#source = source
  }

  // GraphProto: node 1, initializer 5, sparse_initializer 15 (values 1, indices 2).
  graph(message: WireField, depth: number): void {
    if (depth > MAX_DEPTH) throw new WireDamage(`its graphs are more than ${MAX_DEPTH} levels deep`)
    for (const field of this.#walk(message)) {
      if (field.number === 1) this.node(field, depth)
      if (field.number === 5) this.tensor(field, '')
      if (field.number === 15)
        for (const part of this.#walk(field))
          if (part.number === 1 || part.number === 2) this.tensor(part, '')
    }
  }

  // NodeProto: name 3, op_type 4, attribute 5, domain 7.
  node(message: WireField, depth: number): void {
    let [name, operator, domain] = ['', '', '']
    const attributes: WireField[] = []
    for (const field of this.#walk(message)) {
      if (field.number === 3) name = textOf(this.#source, field)
      if (field.number === 4) operator = textOf(this.#source, field)
      if (field.number === 5) attributes.push(field)
      if (field.number === 7) domain = textOf(this.#source, field)
    }
    if (!KNOWN_DOMAINS.has(domain)) this.operators.add(`${domain}.${operator}`)
    for (const attribute of attributes) this.attribute(attribute, name === '' ? operator : name, depth)
  }

  // AttributeProto: name 1, t 5, g 6, tensors 10, graphs 11. A tensor of its own is a constant.
  attribute(message: WireField, node: string, depth: number): void {
    for (const field of this.#walk(message)) {
      if (field.number === 5 || field.number === 10) this.tensor(field, node)
      if (field.number === 6 || field.number === 11) this.graph(field, depth + 1)
    }
  }

  tensor(field: WireField, otherwise: string): void {
    if (this.tensors.length >= MAX_TENSORS) throw new WireDamage(`it has more than ${MAX_TENSORS} tensors`)
    const tensor = readOnnxTensor(this.#source, field, this.budget)
    this.tensors.push(tensor.name === '' ? { ...tensor, name: otherwise } : tensor)
  }

  // OperatorSetIdProto: domain 1, version 2.
  opset(message: WireField): [key: string, value: string] {
    let [domain, version] = ['', '']
    for (const field of this.#walk(message)) {
      if (field.number === 1) domain = textOf(this.#source, field)
      if (field.number === 2) version = String(BigInt.asIntN(64, field.value))
    }
    return [`opset ${domain === '' ? 'ai.onnx' : domain}`, version]
  }

  // FunctionProto: name 1, node 7, domain 10.
  function(message: WireField): void {
    let [name, domain] = ['', '']
    for (const field of this.#walk(message)) {
      if (field.number === 1) name = textOf(this.#source, field)
      if (field.number === 7) this.node(field, 0)
      if (field.number === 10) domain = textOf(this.#source, field)
    }
    this.functions.add(`${domain}.${name}`)
  }

  #walk(message: WireField): Generator<WireField> {
    return walkMessage({ source: this.#source, start: message.start, end: message.end }, this.budget)
  }
}
