import type { ByteSource } from '../byte-source.ts'
import { ZipDamage } from './zip-damage.ts'

/** Where the directory of a zip archive stands, and how many members it lists. */
export interface DirectoryPlace {
  offset: number
  /** In bytes. */
  size: number
  count: number
}

const END = Buffer.from('PK\u0005\u0006', 'latin1')
const END_LENGTH = 22
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const LONGEST_END = 65_557
const MAX_DIRECTORY = 2 ** 24

/**
 * Finds the directory by the record at the end of the archive, which is the last thing in the file. The directory
 * ends where that record begins, so that nobody can find another one.
 *
 * @throws ZipDamage.
 */
export function findDirectory(source: ByteSource): DirectoryPlace {
  const tailStart = Math.max(0, source.size - LONGEST_END)
  const tail = source.read(tailStart, LONGEST_END)
  const at = tail.lastIndexOf(END)
  if (at < 0 || at + END_LENGTH > tail.length)
    throw new ZipDamage('it has no end: it was not written completely')
  const commentLength = tail.readUInt16LE(at + 20)
  if (at + END_LENGTH + commentLength !== tail.length) throw new ZipDamage('something follows its end')
  const end = tail.subarray(at, at + END_LENGTH)
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0) throw new ZipDamage('it is one part of several')
  const large = findLarge(source, tailStart + at)
  const place = large?.place ?? {
    count: end.readUInt16LE(10),
    size: end.readUInt32LE(12),
    offset: end.readUInt32LE(16),
  }
  const stop = large?.start ?? tailStart + at
  if (place.size > MAX_DIRECTORY) throw new ZipDamage(`its directory has ${place.size} bytes`)
  if (place.offset + place.size !== stop)
    throw new ZipDamage('its directory does not end where its end begins')
  return place
}

// Zip64: a locator right before the end record, which leads to a record with 64-bit numbers (APPNOTE 4.3.14, 4.3.15).
function findLarge(source: ByteSource, end: number): { place: DirectoryPlace; start: number } | undefined {
  const locator = source.read(Math.max(0, end - 20), 20)
  if (end < 76 || locator.length < 20 || locator.readUInt32LE(0) !== LOCATOR64) return undefined
  const start = safe(locator.readBigUInt64LE(8))
  const record = source.read(start, 56)
  const isThere = record.length === 56 && record.readUInt32LE(0) === END64
  if (!isThere || start + 12 + safe(record.readBigUInt64LE(4)) !== end - 20)
    throw new ZipDamage('its Zip64 end is damaged')
  return {
    start,
    place: {
      count: safe(record.readBigUInt64LE(32)),
      size: safe(record.readBigUInt64LE(40)),
      offset: safe(record.readBigUInt64LE(48)),
    },
  }
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipDamage(`a number of its end is ${value}`)
  return Number(value)
}
