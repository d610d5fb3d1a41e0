import { bytesSource, type ByteSource } from '../../src/weights/byte-source.ts'

const NOWHERE = 0xffff_ffff_ffff_ffffn

/** Builds HDF5 files part by part, each of which can be named by any other (HDF5 File Format Specification). */
export class Hdf5File {
  readonly #parts: Buffer[] = [Buffer.alloc(256)]
  #size = 256

  /** The file, from its root. */
  source(root: number): ByteSource {
    const start = Buffer.concat([
      Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'),
      Buffer.from([2, 8, 8, 0]),
      u64(0, NOWHERE, this.#size, root),
      Buffer.alloc(4),
    ])
    start.copy(this.#parts[0]!)
    return bytesSource(Buffer.concat([...this.#parts, Buffer.alloc(256)]))
  }

  /** An object with messages. */
  object(...messages: readonly Buffer[]): number {
    const body = Buffer.concat(messages)
    return this.#add(text('OHDR'), Buffer.from([2, 2]), u32(body.length), body, u32(0))
  }

  /** A group with a tree of symbols. */
  group(tree: number, heap: number): number {
    return this.object(message(0x11, u64(tree, heap)))
  }

  /** A heap of one name. */
  heap(name: string): number {
    const data = this.#add(text(`${name}\0`), Buffer.alloc(8))
    return this.#add(text('HEAP'), Buffer.alloc(4), u64(name.length + 8, 1, data))
  }

  /** A node of a tree. */
  tree(level: number, children: readonly number[]): number {
    const entries = children.flatMap((child) => [0, child])
    const start = Buffer.from([0, level, children.length & 0xff, children.length >> 8])
    return this.#add(text('TREE'), start, u64(NOWHERE, NOWHERE, ...entries, 0))
  }

  /** A leaf of a tree: places of names in the heap, and addresses of objects. */
  symbols(entries: readonly (readonly [name: number, header: number])[]): number {
    const bytes = entries.map((entry) => Buffer.concat([u64(...entry), Buffer.alloc(24)]))
    return this.#add(text('SNOD'), Buffer.from([1, 0, entries.length & 0xff, entries.length >> 8]), ...bytes)
  }

  /** A heap of a text, as its object 7, behind so many empty objects. */
  globalHeap(content: string, before: number): number {
    const empty = Array.from({ length: before }, () => object(2, ''))
    const body = Buffer.concat([...empty, object(7, content)])
    return this.#add(text('GCOL'), Buffer.from([1, 0, 0, 0]), u64(16 + body.length), body)
  }

  #add(...parts: readonly Buffer[]): number {
    const bytes = Buffer.concat(parts)
    const padded = Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)])
    this.#parts.push(padded)
    this.#size += padded.length
    return this.#size - padded.length
  }
}

/** The message of a link. */
export function link(name: string, address: number): Buffer {
  const bytes = text(name)
  return message(6, Buffer.from([1, 1, bytes.length & 0xff, bytes.length >> 8]), bytes, u64(address))
}

/** The messages of a dataset of one number that was never written. */
export function emptyDataset(): readonly Buffer[] {
  return [
    message(1, Buffer.from([2, 1, 0, 0]), u64(1)),
    message(3, Buffer.from([0x11, 0x20, 0x3f, 0]), u32(4), Buffer.alloc(12)),
    message(8, Buffer.from([3, 2]), Buffer.alloc(20)),
  ]
}

/** The message of an attribute whose text is the object 7 of a heap. */
export function heapText(name: string, heap: number, length: number): Buffer {
  const sizes = Buffer.from([3, 0, name.length + 1, 0, 8, 0, 4, 0, 0])
  const type = Buffer.from([0x19, 1, 0, 0, 16, 0, 0, 0])
  return message(
    0x0c,
    sizes,
    text(`${name}\0`),
    type,
    Buffer.from([2, 0, 0, 0]),
    u32(length),
    u64(heap),
    u32(7),
  )
}

function message(type: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([type, content.length & 0xff, content.length >> 8, 0]), content])
}

function object(number: number, content: string): Buffer {
  const padded = text(content.padEnd(Math.ceil(content.length / 8) * 8, '\0'))
  return Buffer.concat([Buffer.from([number, 0]), Buffer.alloc(6), u64(content.length), padded])
}

function text(content: string): Buffer {
  return Buffer.from(content)
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * index)
  return bytes
}
