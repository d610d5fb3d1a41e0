import { Block, NOWHERE, readMarked } from './block.ts'
import { readShape } from './dataset.ts'
import type { MeteredSource } from './metered-source.ts'
import type { HeaderMessage } from './object-header.ts'

const ATTRIBUTE = 0x0c
const ATTRIBUTE_INFO = 0x15
const TEXT = 3
const VARIABLE = 9
const MAX_TEXT = 2 ** 24
const MAX_HEAP = 2 ** 25

/** Reads the attributes of an object that are one text each; others are passed over. */
export function readTexts(source: MeteredSource, messages: readonly HeaderMessage[]): Map<string, string> {
  const texts = new Map<string, string>()
  const heaps = new Heaps(source)
  for (const { type, content } of messages) {
    if (type !== ATTRIBUTE) continue
    const [name, text] = readText(heaps, content)
    if (text !== undefined) texts.set(name, text)
  }
  return texts
}

/** Tells whether an object keeps more attributes in a fractal heap, which is not read here (IV.A.2.v). */
export function hasHiddenAttributes(messages: readonly HeaderMessage[]): boolean {
  return messages.some(({ type, content }) => {
    if (type !== ATTRIBUTE_INFO) return false
    const block = new Block(content)
    block.take(1)
    const flags = block.u8()
    if ((flags & 1) !== 0) block.take(2)
    return block.u64() !== NOWHERE
  })
}

// HDF5 File Format Specification, IV.A.2.m.
function readText(heaps: Heaps, content: Buffer): [name: string, text: string | undefined] {
  const block = new Block(content)
  const version = block.u8()
  block.take(1)
  const sizes = [block.u16(), block.u16(), block.u16()]
  if (version === 3) block.take(1)
  const [name, type, space] = sizes.map((size) => block.take(version === 1 ? Math.ceil(size / 8) * 8 : size))
  const label = cString(name!)
  if (readShape(space!).length > 0 || space![1] !== 0) return [label, undefined]
  const kind = type![0]! & 0x0f
  if (kind === TEXT)
    return [label, cString(block.take(Math.min(block.left, type!.readUInt32LE(4), MAX_TEXT)))]
  return [label, kind === VARIABLE ? fromHeap(heaps, block) : undefined]
}

// A text of any length stands in a heap: length, address of the heap, number of the object there (III.E).
function fromHeap(heaps: Heaps, block: Block): string | undefined {
  const length = block.u32()
  const [address, wanted] = [block.u64(), block.u32()]
  if (address === NOWHERE || length > MAX_TEXT) return undefined
  const content = heaps.at(address).get(wanted)?.subarray(0, length)
  if (content === undefined) return undefined
  heaps.source.spend(content.length)
  return cString(content)
}

// The heaps of a file. The last one is kept: all texts of an object may stand in it.
class Heaps {
  readonly source: MeteredSource
  #address = NOWHERE
  #objects: ReadonlyMap<number, Buffer> = new Map()

  constructor(source: MeteredSource) {
    this.source = source
  }

  at(address: number): ReadonlyMap<number, Buffer> {
    if (address !== this.#address) this.#objects = readHeap(this.source, address)
    this.#address = address
    return this.#objects
  }
}

function readHeap(source: MeteredSource, address: number): ReadonlyMap<number, Buffer> {
  const objects = new Map<number, Buffer>()
  const start = readMarked(source, address, 'GCOL', 16)
  start.take(4)
  const size = start.u64()
  if (size > MAX_HEAP || size < 16) return objects
  const heap = new Block(source.read(address + 16, size - 16))
  while (heap.left >= 16) {
    const number = heap.u16()
    heap.take(6)
    const bytes = heap.u64()
    if (number === 0 || bytes > heap.left) break
    const content = heap.take(bytes)
    if (!objects.has(number)) objects.set(number, content)
    heap.take(Math.min(heap.left, (8 - (bytes % 8)) % 8))
  }
  return objects
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}
