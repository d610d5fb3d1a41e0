import type { ByteSource } from './byte-source.ts'

const END_RECORD = 0x06054b50
const CENTRAL_HEADER = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const MAX_DIRECTORY = 16 * 2 ** 20
const MAX_MEMBERS = 100_000
const LONGEST_END = 65_557

/**
 * Lists the names of a zip's members: those of the central directory, and where there is none (the bytes are
 * only the beginning of a file) those of the local headers (PKWARE APPNOTE 4.3). Bounded, and never throws.
 */
export function zipMembers(source: ByteSource): string[] {
  return centralNames(source) ?? localNames(source)
}

function centralNames(source: ByteSource): string[] | undefined {
  const tail = source.read(Math.max(0, source.size - LONGEST_END), LONGEST_END)
  const end = tail.lastIndexOf(Buffer.from('PK\u0005\u0006'))
  if (end < 0 || tail.length < end + 22 || tail.readUInt32LE(end) !== END_RECORD) return undefined
  // The directory ends where the end record begins, also in a Zip64 file, whose offsets stand elsewhere.
  const size = tail.readUInt32LE(end + 12)
  const offset = tail.readUInt32LE(end + 16)
  if (size > MAX_DIRECTORY || offset + size > source.size) return undefined
  return namesIn(source.read(offset, size), CENTRAL_HEADER, 46, 28, (directory, at) => {
    const extra = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
    return 46 + directory.readUInt16LE(at + 28) + extra
  })
}

function localNames(source: ByteSource): string[] {
  const head = source.read(0, 2 ** 20)
  return namesIn(head, LOCAL_HEADER, 30, 26, (bytes, at) => {
    return 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28) + bytes.readUInt32LE(at + 18)
  })
}

function namesIn(
  bytes: Buffer,
  signature: number,
  header: number,
  lengthAt: number,
  step: (bytes: Buffer, at: number) => number,
): string[] {
  const names: string[] = []
  let at = 0
  while (at + header <= bytes.length && names.length < MAX_MEMBERS && bytes.readUInt32LE(at) === signature) {
    const length = bytes.readUInt16LE(at + lengthAt)
    names.push(bytes.toString('utf8', at + header, at + header + length))
    at += step(bytes, at)
  }
  return names
}
