import { constants, crc32, inflateRawSync } from 'node:zlib'
import { bytesSource, type ByteSource } from '../byte-source.ts'
import { shareBudget, unpackBudget } from './unpack-budget.ts'
import type { ZipArchive } from './zip-archive.ts'
import type { ZipMember } from './zip-member.ts'
import { quoteName, ZipDamage } from './zip-damage.ts'

/** How much of a member is unpacked into memory, in bytes. */
const MAX_UNPACKED = 2 ** 26
const HEAD_PACKED = 4096
// Deflate packs at most 1032 to 1.
const HEAD_UNPACKED = HEAD_PACKED * 1040

/**
 * Opens a member's content as a source of its own. A stored one is read where it stands; a deflated one is unpacked
 * in memory, as far as it is sensible, and its checksum compared.
 *
 * @throws ZipDamage.
 */
export function openMember({ source }: ZipArchive, member: ZipMember): ByteSource {
  const { name, method, dataStart, size, compressedSize } = member
  const budget = unpackBudget(source)
  if (method === 'stored') return shareBudget(part(source, dataStart, size), budget)
  const tooLarge = new ZipDamage(`its member ${quoteName(name)} is too large to unpack: ${size} bytes`)
  if (size > MAX_UNPACKED || compressedSize > MAX_UNPACKED) throw tooLarge
  budget.left -= size
  if (budget.left < 0) throw new ZipDamage('it unpacks to more than is unpacked of one archive')
  const content = inflate(source.read(dataStart, compressedSize), size, name)
  if (content.length !== size) throw new ZipDamage(`its member ${quoteName(name)} is not ${size} bytes long`)
  checkSum(content, member)
  return shareBudget(bytesSource(content), budget)
}

/** Returns the content of a member. @param longest - in bytes. @throws ZipDamage, also for a longer one. */
export function readMember(archive: ZipArchive, member: ZipMember, longest: number): Buffer {
  if (member.size > longest)
    throw new ZipDamage(`its member ${quoteName(member.name)} has ${member.size} bytes, too many`)
  const content = openMember(archive, member).read(0, member.size)
  checkSum(content, member)
  return content
}

/** Returns a member's first bytes, a few thousand at least where it has them, without unpacking all of it. @throws ZipDamage. */
export function readMemberHead({ source }: ZipArchive, member: ZipMember): Buffer {
  const packed = source.read(member.dataStart, Math.min(member.compressedSize, HEAD_PACKED))
  if (member.method === 'stored') return packed
  return inflate(packed, HEAD_UNPACKED, member.name).subarray(0, member.size)
}

function inflate(packed: Buffer, longest: number, name: string): Buffer {
  try {
    // A head ends in the middle, which is no error with this flush.
    return inflateRawSync(packed, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: Math.max(1, longest),
    })
  } catch (error) {
    throw new ZipDamage(`its member ${quoteName(name)} cannot be unpacked: ${(error as Error).message}`)
  }
}

function checkSum(content: Buffer, { name, crc }: ZipMember): void {
  if (crc32(content) !== crc)
    throw new ZipDamage(`its member ${quoteName(name)} does not have the checksum it should`)
}

function part(source: ByteSource, start: number, size: number): ByteSource {
  return {
    size,
    read: (offset, length) => source.read(start + offset, Math.max(0, Math.min(length, size - offset))),
  }
}
