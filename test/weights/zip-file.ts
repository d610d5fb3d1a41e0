import { crc32, deflateRawSync } from 'node:zlib'

/** A member to write, and what its headers say that is not so. */
export interface TestMember {
  name: string
  content: Uint8Array | string
  /** Deflated where true. */
  packed?: boolean
  flags?: number
  /** What the local header says instead. */
  local?: { name?: string; flags?: number; size?: number; crc?: number }
  /** What both headers say of the unpacked size. */
  size?: number
}

/** Makes a stored zip whose members have no content worth reading. */
export function zipFile(...names: readonly string[]): Buffer {
  return zipOf(names.map((name) => ({ name, content: 'content' })))
}

/** Makes a zip. */
export function zipOf(members: readonly TestMember[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, content, packed = false, flags = 0, local = {}, size } of members) {
    const bytes = Buffer.from(content as Uint8Array)
    const stored = packed ? deflateRawSync(bytes) : bytes
    const header = Buffer.alloc(46)
    header.writeUInt32LE(0x02014b50, 0)
    header.writeUInt16LE(flags, 8)
    header.writeUInt16LE(packed ? 8 : 0, 10)
    header.writeUInt32LE(crc32(bytes), 16)
    header.writeUInt32LE(stored.length, 20)
    header.writeUInt32LE(size ?? bytes.length, 24)
    header.writeUInt16LE(Buffer.byteLength(name), 28)
    header.writeUInt32LE(offset, 42)
    const localName = Buffer.from(local.name ?? name)
    const start = Buffer.alloc(30)
    start.writeUInt32LE(0x04034b50, 0)
    start.writeUInt16LE(local.flags ?? flags, 6)
    start.writeUInt16LE(packed ? 8 : 0, 8)
    start.writeUInt32LE(local.crc ?? crc32(bytes), 14)
    start.writeUInt32LE(stored.length, 18)
    start.writeUInt32LE(local.size ?? size ?? bytes.length, 22)
    start.writeUInt16LE(localName.length, 26)
    locals.push(start, localName, stored)
    central.push(header, Buffer.from(name))
    offset += 30 + localName.length + stored.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}
