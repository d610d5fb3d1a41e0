import type { ByteSource } from '../byte-source.ts'
import { runPickle } from '../pickle/run-pickle.ts'

/**
 * Tells whether content of which only the beginning is known may be a pickle without a mark: it can be followed beyond
 * that beginning, or does something before. Bare numbers break off at once.
 *
 * @param size - of the whole, in bytes.
 */
export function mayBePickle(head: Buffer, size: number): boolean {
  const source: ByteSource = { size, read: (offset, length) => head.subarray(offset, offset + length) }
  const { acts, end, isTooMuch = false, root } = runPickle(source)
  return acts || isTooMuch || root !== undefined || end > head.length
}
