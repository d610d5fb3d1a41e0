import type { ByteSource } from '../byte-source.ts'
import { findUserBlock } from '../hdf5/user-block.ts'
import { runPickle } from '../pickle/run-pickle.ts'
import { endsAsZip } from '../zip/ends-as-zip.ts'
import { unreadable, type PartCheck } from './weights-check.ts'

/**
 * Looks for a second format in content that has the mark of a first one, or none: what loads it need not go by the mark
 * that was found. The header of a safetensors or GGUF file can be the first opcodes of a pickle; zip archives are found
 * from their end, HDF5 at any power of two. Undefined where there is nothing of that.
 */
export function checkDisguise(source: ByteSource): PartCheck | undefined {
  const { acts, imports, isTooMuch = false, root, end } = runPickle(source)
  const isPickle = acts || isTooMuch || (imports.length > 0 && root !== undefined && end === source.size)
  if (isPickle) return { ...unreadable('it can be loaded as a pickle too'), imports }
  if (endsAsZip(source)) return unreadable('it can be opened as a zip archive too')
  const block = findUserBlock(source)
  return block === undefined ? undefined : unreadable(`it can be opened as HDF5 too, from byte ${block}`)
}
