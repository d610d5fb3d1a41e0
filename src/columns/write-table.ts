import { closeSync, openSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { headsOf, type ByteColumn, type Column, type Segment, type Values } from './column.ts'
import {
  MAGIC,
  PIECE,
  PREAMBLE,
  type Block,
  type ByteColumnEntry,
  type ColumnEntry,
  type Directory,
} from './table-format.ts'

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
