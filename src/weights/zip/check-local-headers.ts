import type { ByteSource } from '../byte-source.ts'
import type { DirectoryEntry } from './read-directory.ts'
import type { ZipMember } from './zip-member.ts'
import { quoteName, ZipDamage } from './zip-damage.ts'
import { readZip64 } from './zip64.ts'

const HEADER = 30
const SIGNATURE = 0x04034b50
const HAS_DESCRIPTOR = 8

/**
 * Compares every member's local header with the directory: some readers believe the one, some the other.
 *
 * @returns the members in the order of their content.
 * @throws ZipDamage.
 */
export function checkLocalHeaders(source: ByteSource, entries: readonly DirectoryEntry[]): ZipMember[] {
  const members = entries.map((entry) => ({ ...entry, dataStart: checkMember(source, entry) }))
  members.sort((a, b) => a.headerStart - b.headerStart)
  let end = 0
  for (const { name, headerStart, dataStart, compressedSize } of members) {
    if (headerStart < end) throw new ZipDamage(`its member ${quoteName(name)} overlaps another`)
    end = dataStart + compressedSize
    if (end > source.size) throw new ZipDamage(`its member ${quoteName(name)} reaches beyond the end`)
  }
  return members
}

function checkMember(source: ByteSource, entry: DirectoryEntry): number {
  const refuse = (what: string): ZipDamage =>
    new ZipDamage(`the two headers of its member ${quoteName(entry.name)} disagree about ${what}`)
  const nameLength = Buffer.byteLength(entry.name)
  const header = source.read(entry.headerStart, HEADER + nameLength + 1024)
  if (header.length < HEADER || header.readUInt32LE(0) !== SIGNATURE) throw refuse('where it is')
  const nameEnd = HEADER + header.readUInt16LE(26)
  if (header.toString('utf8', HEADER, nameEnd) !== entry.name) throw refuse('its name')
  if (header.readUInt16LE(6) !== entry.flags) throw refuse('its flags')
  if (header.readUInt16LE(8) !== (entry.method === 'stored' ? 0 : 8)) throw refuse('how it is packed')
  const extraLength = header.readUInt16LE(28)
  const isLater = (entry.flags & HAS_DESCRIPTOR) !== 0
  const crc = header.readUInt32LE(14)
  if (crc !== entry.crc && !(isLater && crc === 0)) throw refuse('its checksum')
  const [compressedSize, size] = [header.readUInt32LE(18), header.readUInt32LE(22)]
  if (!(isLater && compressedSize === 0 && size === 0)) {
    const local = readZip64(header.subarray(nameEnd, nameEnd + extraLength), { size, compressedSize })
    if (local.size !== entry.size || local.compressedSize !== entry.compressedSize) throw refuse('its size')
  }
  if (entry.method === 'stored' && entry.size !== entry.compressedSize) throw refuse('its size')
  return entry.headerStart + nameEnd + extraLength
}
