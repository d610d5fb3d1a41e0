import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { headsOf, type ByteColumn, type Column, type Segment, type Values } from './column.ts'

/*
 * A file of columns: the magic, the length and the checksum of the directory, the directory (JSON), and blocks of
 * bytes, each with a checksum of its own and at a multiple of eight. Numbers are in the machine's own order.
 */
const MAGIC = 0x31434d47
const PREAMBLE = 16
/** So many entries of a byte column are read at once where few are asked for. */
const PIECE = 512
const LARGEST_DIRECTORY = 256 * 1024 * 1024

/** The index on the disk is not what was written. */
export class CorruptIndex extends Error {}

/** Where a block stands: from where (behind the directory), how many bytes, and their CRC-32. */
type Block = readonly [offset: number, length: number, checksum: number]

interface ColumnEntry {
  name: string
  length: number
  rows?: Block
  kinds: Block | number
  values: Block
  type: 'f8' | 'u4' | 'u2' | 'u1'
  texts?: Block
}

interface ByteColumnEntry {
  name: string
  length: number
  width: number
  rows?: Block
  bytes: Block
  heads: Block
  /** The checksum of the bytes of each {@link PIECE} entries. */
  pieces: number[]
}

interface Directory {
  rows: number
  /** Bytes of all blocks. */
  size: number
  columns: ColumnEntry[]
  byteColumns: ByteColumnEntry[]
}

/** Writes a table to a file that is not there yet. */
export function writeTable(file: string, table: Segment): void {
  const blocks: Uint8Array[] = []
  let size = 0
  const place = (bytes: Uint8Array): Block => {
    const padding = (8 - (bytes.length % 8)) % 8
    const block: Block = [size, bytes.length, crc32(bytes)]
    blocks.push(bytes, new Uint8Array(padding))
    size += bytes.length + padding
    return block
  }
  const columns = table.names.map((name) => placeColumn(name, table.column(name)!, place))
  const byteColumns = table.byteNames.map((name) => placeByteColumn(name, table.byteColumn(name)!, place))
  const directory: Directory = { rows: table.rows, size, columns, byteColumns }
  const text = Buffer.from(JSON.stringify(directory))
  const body = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')])
  const head = Buffer.alloc(PREAMBLE)
  head.writeUInt32LE(MAGIC, 0)
  head.writeUInt32LE(body.length, 4)
  head.writeUInt32LE(crc32(body), 8)
  const descriptor = openSync(file, 'wx')
  try {
    for (const bytes of [head, body, ...blocks]) writeFileSync(descriptor, bytes)
  } finally {
    closeSync(descriptor)
  }
}

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

function placeColumn(name: string, column: Column, place: (bytes: Uint8Array) => Block): ColumnEntry {
  const texts = column.texts()
  return {
    name,
    length: column.length,
    ...(column.rows !== undefined && { rows: place(bytesOf(column.rows)) }),
    kinds: typeof column.kinds === 'number' ? column.kinds : place(column.kinds),
    values: place(bytesOf(column.values)),
    type: typeOf(column.values),
    ...(texts.length > 0 && { texts: place(Buffer.from(JSON.stringify(texts))) }),
  }
}

function placeByteColumn(
  name: string,
  column: ByteColumn,
  place: (bytes: Uint8Array) => Block,
): ByteColumnEntry {
  const { length, width, rows } = column
  const bytes = column.bytes()
  const pieces = Array.from({ length: Math.ceil(length / PIECE) }, (_, piece) =>
    crc32(bytes.subarray(piece * PIECE * width, (piece + 1) * PIECE * width)),
  )
  return {
    name,
    length,
    width,
    ...(rows !== undefined && { rows: place(bytesOf(rows)) }),
    bytes: place(bytes),
    heads: place(headsOf(bytes, width)),
    pieces,
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Values): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function typeOf(values: Values): ColumnEntry['type'] {
  if (values instanceof Float64Array) return 'f8'
  if (values instanceof Uint32Array) return 'u4'
  return values instanceof Uint16Array ? 'u2' : 'u1'
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function corrupt(): CorruptIndex {
  return new CorruptIndex('the index is damaged')
}
