import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { ByteColumn, Column, Segment, Values } from './column.ts'
import {
  MAGIC,
  PIECE,
  PREAMBLE,
  type Block,
  type ByteColumnEntry,
  type ColumnEntry,
  type Directory,
} from './table-format.ts'

const LARGEST_DIRECTORY = 256 * 1024 * 1024

/** The index on the disk is not what was written. */
export class CorruptIndex extends Error {}

/**
 * Opens a table in a file. Columns are read when they are asked for.
 *
 * @throws CorruptIndex here and from every column that is not what was written; errors of the file system.
 */
export function openTable(file: string): Segment & { close(): void } {
  const descriptor = openSync(file, 'r')
  try {
    return new TableFile(descriptor)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

class TableFile implements Segment {
  readonly rows: number
  readonly #descriptor: number
  readonly #start: number
  readonly #columns: Map<string, ColumnEntry>
  readonly #byteColumns: Map<string, ByteColumnEntry>
  readonly #loaded = new Map<string, Column>()
  readonly #loadedBytes = new Map<string, ByteColumn>()

  constructor(descriptor: number) {
    this.#descriptor = descriptor
    const { size } = fstatSync(descriptor)
    const head = this.#readExactly(0, PREAMBLE)
    const length = head.readUInt32LE(4)
    if (head.readUInt32LE(0) !== MAGIC || length > LARGEST_DIRECTORY || PREAMBLE + length > size)
      throw corrupt()
    const body = this.#readExactly(PREAMBLE, length)
    if (crc32(body) !== head.readUInt32LE(8)) throw corrupt()
    const directory = JSON.parse(body.toString('utf8')) as Directory
    this.#start = PREAMBLE + length
    if (this.#start + directory.size !== size) throw corrupt()
    this.rows = directory.rows
    this.#columns = new Map(directory.columns.map((entry) => [entry.name, entry]))
    this.#byteColumns = new Map(directory.byteColumns.map((entry) => [entry.name, entry]))
  }

  get names(): string[] {
    return [...this.#columns.keys()]
  }

  get byteNames(): string[] {
    return [...this.#byteColumns.keys()]
  }

  column(name: string): Column | undefined {
    const [loaded, entry] = [this.#loaded.get(name), this.#columns.get(name)]
    if (loaded !== undefined || entry === undefined) return loaded
    const written = lazily(() => (entry.texts === undefined ? undefined : this.#readBlock(entry.texts)))
    const texts = lazily(() => JSON.parse(written()?.toString('utf8') ?? '[]') as string[])
    const column: Column = {
      rows: entry.rows && (this.#readNumbers(entry.rows, 'u4') as Uint32Array),
      length: entry.length,
      kinds:
        typeof entry.kinds === 'number' ? entry.kinds : (this.#readNumbers(entry.kinds, 'u1') as Uint8Array),
      values: this.#readNumbers(entry.values, entry.type),
      texts,
      // As it stands in the file: most texts that are looked for are nowhere.
      positionOf: (text) => (written()?.includes(JSON.stringify(text)) === true ? texts().indexOf(text) : -1),
    }
    this.#loaded.set(name, column)
    return column
  }

  byteColumn(name: string): ByteColumn | undefined {
    const [loaded, entry] = [this.#loadedBytes.get(name), this.#byteColumns.get(name)]
    if (loaded !== undefined || entry === undefined) return loaded
    const column: ByteColumn = {
      rows: entry.rows && (this.#readNumbers(entry.rows, 'u4') as Uint32Array),
      length: entry.length,
      width: entry.width,
      bytes: lazily(() => this.#readBlock(entry.bytes)),
      heads: lazily(() => this.#readBlock(entry.heads)),
      at: this.#entryReader(entry),
    }
    this.#loadedBytes.set(name, column)
    return column
  }

  #entryReader({ bytes: [offset, size], width, pieces }: ByteColumnEntry): ByteColumn['at'] {
    const loaded = new Map<number, Buffer>()
    const read = (piece: number): Buffer => {
      const from = piece * PIECE * width
      return this.#readBlock([offset + from, Math.min(PIECE * width, size - from), pieces[piece]!])
    }
    return (entry) => {
      const piece = Math.floor(entry / PIECE)
      const bytes = loaded.get(piece) ?? read(piece)
      loaded.set(piece, bytes)
      const at = (entry % PIECE) * width
      return bytes.subarray(at, at + width)
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #readNumbers(block: Block, type: ColumnEntry['type']): Values {
    const { buffer, byteOffset, length } = this.#readBlock(block)
    if (type === 'f8') return new Float64Array(buffer, byteOffset, length / 8)
    if (type === 'u4') return new Uint32Array(buffer, byteOffset, length / 4)
    return type === 'u2'
      ? new Uint16Array(buffer, byteOffset, length / 2)
      : new Uint8Array(buffer, byteOffset, length)
  }

  #readBlock([offset, length, checksum]: Block): Buffer {
    const bytes = this.#readExactly(this.#start + offset, length)
    if (crc32(bytes) !== checksum) throw corrupt()
    return bytes
  }

  // A buffer of its own begins at a multiple of eight, as the typed arrays over it ask for.
  #readExactly(from: number, length: number): Buffer {
    const bytes = Buffer.from(new ArrayBuffer(length))
    let at = 0
    while (at < length) {
      const read = readSync(this.#descriptor, bytes, at, length - at, from + at)
      if (read === 0) throw corrupt()
      at += read
    }
    return bytes
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function corrupt(): CorruptIndex {
  return new CorruptIndex('the index is damaged')
}
