import type { ByteSource } from '../byte-source.ts'
import { findDirectory } from './find-directory.ts'
import { quoteName, ZipDamage } from './zip-damage.ts'
import { readZip64 } from './zip64.ts'

/** What the directory of a zip archive says of a member. */
export interface DirectoryEntry {
  name: string
  /** Bit flags; the ones that are let through change nothing that is read here. */
  flags: number
  method: 'stored' | 'deflated'
  crc: number
  /** In the archive, in bytes. */
  compressedSize: number
  /** Unpacked, in bytes. */
  size: number
  /** Where its local header begins. */
  headerStart: number
}

const HEADER = 46
const SIGNATURE = 0x02014b50
// Deflate levels (1, 2), a descriptor behind the content (3), UTF-8 names (11).
const KNOWN_FLAGS = 0b1000_0000_1110
const ENCRYPTED = 0b10_0000_0100_0001

/** Reads the directory of a zip archive. @throws ZipDamage. */
export function readDirectory(source: ByteSource): DirectoryEntry[] {
  const { offset, size, count } = findDirectory(source)
  const directory = source.read(offset, size)
  const entries: DirectoryEntry[] = []
  const names = new Set<string>()
  let at = 0
  while (at < directory.length) {
    const { entry, end } = readEntry(directory, at)
    if (names.has(entry.name)) throw new ZipDamage(`it has two members ${quoteName(entry.name)}`)
    names.add(entry.name)
    entries.push(entry)
    at = end
  }
  if (entries.length !== count) throw new ZipDamage(`it has ${entries.length} members and says ${count}`)
  return entries
}

function readEntry(directory: Buffer, at: number): { entry: DirectoryEntry; end: number } {
  if (at + HEADER > directory.length || directory.readUInt32LE(at) !== SIGNATURE)
    throw new ZipDamage('its directory is damaged')
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) =>
    directory.readUInt16LE(at + place),
  )
  const nameEnd = at + HEADER + nameLength!
  const end = nameEnd + extraLength! + commentLength!
  if (end > directory.length) throw new ZipDamage('its directory is damaged')
  const name = directory.toString('utf8', at + HEADER, nameEnd)
  const flags = directory.readUInt16LE(at + 8)
  checkFlags(flags, name)
  const large = readZip64(directory.subarray(nameEnd, nameEnd + extraLength!), {
    size: directory.readUInt32LE(at + 24),
    compressedSize: directory.readUInt32LE(at + 20),
    headerStart: directory.readUInt32LE(at + 42),
  })
  const method = methodOf(directory.readUInt16LE(at + 10), name)
  return { entry: { name, flags, method, crc: directory.readUInt32LE(at + 16), ...large }, end }
}

function checkFlags(flags: number, name: string): void {
  if ((flags & ENCRYPTED) !== 0) throw new ZipDamage(`its member ${quoteName(name)} is encrypted`)
  if ((flags & ~KNOWN_FLAGS) !== 0)
    throw new ZipDamage(`its member ${quoteName(name)} has odd flags: 0x${flags.toString(16)}`)
}

function methodOf(method: number, name: string): DirectoryEntry['method'] {
  if (method === 0) return 'stored'
  if (method === 8) return 'deflated'
  throw new ZipDamage(`its member ${quoteName(name)} is packed by method ${method}, which is not read here`)
}
