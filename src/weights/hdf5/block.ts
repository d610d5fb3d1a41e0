import type { ByteSource } from '../byte-source.ts'
import { Hdf5Damage } from './damage.ts'

/** An address that leads nowhere. */
export const NOWHERE = -1

/** Reads numbers of a block one after the other. Sizes and addresses are of 8 bytes. */
export class Block {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  take(length: number): Buffer {
    if (length > this.left) throw new Hdf5Damage('a block of it ends inside itself')
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  u8(): number {
    return this.take(1)[0]!
  }

  u16(): number {
    return this.take(2).readUInt16LE(0)
  }

  u32(): number {
    return this.take(4).readUInt32LE(0)
  }

  /** A count, or an address; {@link NOWHERE} for the address that is undefined. */
  u64(): number {
    const value = this.take(8).readBigUInt64LE(0)
    if (value === 0xffff_ffff_ffff_ffffn) return NOWHERE
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Hdf5Damage(`a number of it is ${value}`)
    return Number(value)
  }

  /** A number of 1, 2, 4 or 8 bytes. */
  uint(width: number): number {
    return width === 8 ? this.u64() : this.take(width).readUIntLE(0, width)
  }
}

/** Reads a block of a file. @throws Hdf5Damage where the file does not reach that far. */
export function readBlock(source: ByteSource, address: number, length: number): Block {
  const bytes = address < 0 ? Buffer.alloc(0) : source.read(address, length)
  if (bytes.length < length)
    throw new Hdf5Damage(`there is nothing at byte ${address}: it was not written completely`)
  return new Block(bytes)
}

/** Reads a block that begins with four letters, and passes over them. @throws Hdf5Damage where they are others. */
export function readMarked(source: ByteSource, address: number, mark: string, length: number): Block {
  const block = readBlock(source, address, length)
  if (block.take(4).toString('latin1') !== mark)
    throw new Hdf5Damage(`there is no ${mark} at byte ${address}`)
  return block
}
