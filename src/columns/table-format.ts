/*
 * A file of columns: the magic, the length and the checksum of the directory, the directory (JSON), and blocks of
 * bytes, each with a checksum of its own and at a multiple of eight. Numbers are in the machine's own order.
 */
export const MAGIC = 0x31434d47
/** Bytes before the directory. */
export const PREAMBLE = 16
/** So many entries of a byte column are read at once where few are asked for. */
export const PIECE = 512

/** Where a block stands: from where (behind the directory), how many bytes, and their CRC-32. */
export type Block = readonly [offset: number, length: number, checksum: number]

/** A column in the directory. */
export interface ColumnEntry {
  name: string
  length: number
  rows?: Block
  kinds: Block | number
  values: Block
  type: 'f8' | 'u4' | 'u2' | 'u1'
  texts?: Block
}

/** A byte column in the directory. */
export interface ByteColumnEntry {
  name: string
  length: number
  width: number
  rows?: Block
  bytes: Block
  heads: Block
  /** The checksum of the bytes of each {@link PIECE} entries. */
  pieces: number[]
}

/** What stands in a file, and where. */
export interface Directory {
  rows: number
  /** Bytes of all blocks. */
  size: number
  columns: ColumnEntry[]
  byteColumns: ByteColumnEntry[]
}
