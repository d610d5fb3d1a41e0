import type { ByteSource } from '../byte-source.ts'
import { readBlock } from './block.ts'
import { Hdf5Damage } from './damage.ts'

/** Returns where the root group's header stands (HDF5 File Format Specification, II.A). @throws Hdf5Damage. */
export function readRoot(source: ByteSource): number {
  const block = readBlock(source, 8, Math.min(120, Math.max(16, source.size - 8)))
  const version = block.u8()
  if (version > 3) throw new Hdf5Damage(`its superblock is of version ${version}`)
  if (version < 2) block.take(4)
  const [offsets, lengths] = [block.u8(), block.u8()]
  if (offsets !== 8 || lengths !== 8)
    throw new Hdf5Damage(`its addresses have ${offsets} bytes, which is not read here`)
  // Versions 0 and 1: tree sizes, flags, and addresses; the root is an entry of a symbol table.
  block.take(version < 2 ? 9 + (version === 1 ? 4 : 0) : 1)
  const base = block.u64()
  if (base !== 0) throw new Hdf5Damage('it begins inside another file, which is not read here')
  block.take(version < 2 ? 24 : 16)
  if (version < 2) block.take(8)
  return block.u64()
}
