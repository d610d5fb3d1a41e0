import { constants, gunzipSync, inflateSync } from 'node:zlib'
import { bytesSource, type ByteSource } from '../byte-source.ts'
import { readBare } from '../pickle/read-bare.ts'
import { runPickle } from '../pickle/run-pickle.ts'
import { judgePickle, noPickle, unreadable, type PartCheck } from './weights-check.ts'

const PICKLE_NAME = /\.(?:pkl|pickle|joblib|dill|pt|pth|ckpt)$/i
const MAX_UNPACKED = 2 ** 26

/**
 * Checks content that has no mark of a format: pickles of the oldest protocols have none, and joblib packs its own.
 * What can be followed as a pickle to the very end and imports something is one, whatever it is called; so is what does
 * something with a name that it imports, whatever follows: a pickle may end in a mess, for all that stands before it
 * would have been run.
 */
export function checkUnknown(source: ByteSource, name: string): PartCheck {
  if (isPackedOtherwise(source)) return unreadable('it is packed in a way that is not read here')
  const content = unpack(source)
  if (typeof content === 'string') return unreadable(content)
  const reading = runPickle(content)
  const isWhole = reading.root !== undefined && reading.end === content.size
  const [isCalledPickle, isPacked] = [PICKLE_NAME.test(name), content !== source]
  const isPickle =
    reading.acts ||
    reading.isTooMuch === true ||
    (reading.imports.length > 0 && (isWhole || isCalledPickle)) ||
    (isWhole && (isCalledPickle || isPacked))
  return isPickle ? judgePickle(readBare(content)) : noPickle()
}

// xz, lzma, bzip2, lz4, zstandard: what joblib and torch packages use beside zlib and gzip. lzma has no mark: 0x5d, the
// size of its dictionary, and that of the content, which is unknown or has few digits.
function isPackedOtherwise(source: ByteSource): boolean {
  return /^(?:\xfd7zXZ|\x5d\x00\x00[^]{2}(?:\xff{8}|[^]{5}\x00{3})|BZh[1-9]|\x04\x22\x4d\x18|\x28\xb5\x2f\xfd)/.test(
    source.read(0, 16).toString('latin1'),
  )
}

/** Returns what is packed, as far as it can be unpacked; in words why it cannot be looked at. */
function unpack(source: ByteSource): ByteSource | string {
  const [first, second] = source.read(0, 2)
  const isGzip = first === 0x1f && second === 0x8b
  const isZlib = first === 0x78 && second !== undefined && (0x7800 + second) % 31 === 0
  if (!isGzip && !isZlib) return source
  const tooLarge = `it unpacks to more than ${MAX_UNPACKED} bytes`
  if (source.size > MAX_UNPACKED) return isGzip || startsAsZlib(source) ? tooLarge : source
  const packed = source.read(0, source.size)
  try {
    // Loaders read piece by piece: they run what stands before the place where a file breaks off.
    const options = { maxOutputLength: MAX_UNPACKED, finishFlush: constants.Z_SYNC_FLUSH }
    return bytesSource(isGzip ? gunzipSync(packed, options) : inflateSync(packed, options))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge
    return isGzip || startsAsZlib(source) ? 'it is packed, and damaged' : source
  }
}

// Two bytes are not much of a mark: numbers have them too, and then nothing can be unpacked from them.
function startsAsZlib(source: ByteSource): boolean {
  try {
    return (
      inflateSync(source.read(0, Math.min(256, source.size >> 1)), { finishFlush: constants.Z_SYNC_FLUSH })
        .length > 0
    )
  } catch {
    return false
  }
}
