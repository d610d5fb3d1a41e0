import { gunzipSync, inflateSync } from 'node:zlib'
import { bytesSource, type ByteSource } from '../byte-source.ts'
import { readBare } from '../pickle/read-bare.ts'
import { runPickle } from '../pickle/run-pickle.ts'
import { judgePickle, noPickle, unreadable, type PartCheck } from './weights-check.ts'

const PICKLE_NAME = /\.(?:pkl|pickle|joblib|dill|pt|pth|ckpt)$/i
const MAX_UNPACKED = 2 ** 26

/**
 * Checks content that has no mark of a format: pickles of the oldest protocols have none, and joblib packs its own.
 * What can be followed as a pickle to the very end and imports something is one, whatever it is called. What is called
 * a pickle may end in a mess: all that stands before it would have been run.
 */
export function checkUnknown(source: ByteSource, name: string): PartCheck {
  const isCalledPickle = PICKLE_NAME.test(name)
  if (isCalledPickle && isPackedOtherwise(source))
    return unreadable('it is packed in a way that is not read here')
  const content = unpack(source)
  if (content === 'too large') return unreadable(`it unpacks to more than ${MAX_UNPACKED} bytes`)
  const reading = runPickle(content)
  const isWhole = reading.root !== undefined && reading.end === content.size
  const isPickle = reading.imports.length > 0 && (isWhole || isCalledPickle)
  const isPacked = content !== source && isWhole
  return isPickle || isPacked ? judgePickle(readBare(content)) : noPickle()
}

// xz, lzma, bzip2, lz4, zstandard: what joblib and torch packages use beside zlib and gzip.
function isPackedOtherwise(source: ByteSource): boolean {
  return /^(?:\xfd7zXZ|\x5d\x00\x00|BZh|\x04\x22\x4d\x18|\x28\xb5\x2f\xfd)/.test(
    source.read(0, 8).toString('latin1'),
  )
}

function unpack(source: ByteSource): ByteSource | 'too large' {
  const [first, second] = source.read(0, 2)
  const isGzip = first === 0x1f && second === 0x8b
  const isZlib = first === 0x78 && second !== undefined && (0x7800 + second) % 31 === 0
  if (!isGzip && !isZlib) return source
  if (source.size > MAX_UNPACKED) return 'too large'
  try {
    const packed = source.read(0, source.size)
    const options = { maxOutputLength: MAX_UNPACKED }
    return bytesSource(isGzip ? gunzipSync(packed, options) : inflateSync(packed, options))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : source
  }
}
