import type { ByteSource } from '../byte-source.ts'

const SIGNATURE = Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1')

/**
 * Returns where an HDF5 file begins behind a block of something else: at 512 bytes, or twice that, and so on (HDF5 File
 * Format Specification, "Disk Format: Level 0A"). Undefined where it does not.
 */
export function findUserBlock(source: ByteSource): number | undefined {
  for (let at = 512; at + SIGNATURE.length <= source.size; at *= 2)
    if (source.read(at, SIGNATURE.length).equals(SIGNATURE)) return at
  return undefined
}
