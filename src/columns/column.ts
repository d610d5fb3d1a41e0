/** What an entry of a column is. The numbers stand in the files. */
export const NUMBER = 1
/** The value is a position in the column's dictionary. */
export const TEXT = 2
export const FALSE = 3
export const TRUE = 4
/** There is a value, which is too long to be kept here. */
export const LONG = 5

/** Numbers of one column, in the narrowest type that holds them exactly. */
export type Values = Float64Array | Uint32Array | Uint16Array | Uint8Array

/**
 * Values of one field of many rows. A column is full (entry i belongs to row i) or sparse (`rows` says to which row
 * an entry belongs, and several entries may belong to one).
 */
export interface Column {
  readonly rows: Uint32Array | undefined
  readonly length: number
  /** Of each entry, or of all of them. */
  readonly kinds: Uint8Array | number
  /** Numbers, or positions in the dictionary. Nothing where the kinds say it all. */
  readonly values: Values
  /** The dictionary; loaded when it is asked for. */
  readonly texts: () => readonly string[]
  /** The position of a text in the dictionary, -1 where it is not there, which is told without loading all. */
  readonly positionOf: (text: string) => number
}

/** Object names and other digests of many rows, as bytes. Full or sparse, as a {@link Column}. */
export interface ByteColumn {
  readonly rows: Uint32Array | undefined
  readonly length: number
  /** Bytes of each entry. */
  readonly width: number
  /** All of them; loaded when they are asked for. */
  readonly bytes: () => Buffer
  /** The first {@link HEAD} of each, which are searched first: a fraction of all. */
  readonly heads: () => Buffer
  /** Those of one entry, without loading all. */
  readonly at: (entry: number) => Buffer
}

/** A table of columns, in memory or in a file. Its rows are never changed, only declared dead elsewhere. */
export interface Segment {
  readonly rows: number
  /** The names of all columns, and of all byte columns. */
  readonly names: readonly string[]
  readonly byteNames: readonly string[]
  column(name: string): Column | undefined
  byteColumn(name: string): ByteColumn | undefined
}

/** How many of the first bytes of each entry of a byte column stand by themselves too. */
export const HEAD = 4

/** Returns the first bytes of each entry. */
export function headsOf(bytes: Buffer, width: number): Buffer {
  const heads = Buffer.alloc((bytes.length / width) * HEAD)
  for (let from = 0, to = 0; from < bytes.length; from += width, to += HEAD)
    bytes.copy(heads, to, from, from + HEAD)
  return heads
}

/** Makes a byte column of bytes that are at hand. */
export function byteColumnOf(bytes: Buffer, width: number, rows: Uint32Array | undefined): ByteColumn {
  let heads: Buffer | undefined
  return {
    rows,
    length: bytes.length / width,
    width,
    bytes: () => bytes,
    heads: () => (heads ??= headsOf(bytes, width)),
    at: (entry) => bytes.subarray(entry * width, (entry + 1) * width),
  }
}

/** Returns the kind of an entry. */
export function kindAt(column: Column, entry: number): number {
  return typeof column.kinds === 'number' ? column.kinds : column.kinds[entry]!
}
