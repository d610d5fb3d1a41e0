import { ZipDamage } from './zip-damage.ts'

const UNKNOWN = 0xffffffff
const ZIP64 = 0x0001

/** Sizes and place of a member; the ones that do not fit into 32 bits stand in the extra field of Zip64. */
export interface LargeFields {
  size: number
  compressedSize: number
  headerStart: number
}

/** Fills in what stands in the extra field of Zip64 (PKWARE APPNOTE 4.5.3). @throws ZipDamage. */
export function readZip64<T extends Partial<LargeFields>>(extra: Buffer, fields: T): T {
  const content = findExtra(extra)
  const filled = { ...fields }
  let at = 0
  for (const key of ['size', 'compressedSize', 'headerStart'] as const) {
    if (filled[key] !== UNKNOWN) continue
    if (content === undefined || at + 8 > content.length)
      throw new ZipDamage('a size of it is missing (Zip64)')
    const value = content.readBigUInt64LE(at)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipDamage(`a size of it is ${value}`)
    filled[key] = Number(value)
    at += 8
  }
  return filled
}

function findExtra(extra: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === ZIP64) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  return undefined
}
