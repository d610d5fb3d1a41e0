import type { ByteSource } from '../byte-source.ts'

const END = Buffer.from('PK\u0005\u0006', 'latin1')
const END_LENGTH = 22
const LONGEST_END = 65_557
const DIRECTORY = 0x02014b50
const LOCATOR64 = 0x07064b50

/**
 * Tells whether readers that look for a zip archive from its end find one, whatever stands before it: an end, and the
 * directory that it speaks of right before it. More lenient than what is read here, as Python's `zipfile` is.
 */
export function endsAsZip(source: ByteSource): boolean {
  const tailStart = Math.max(0, source.size - LONGEST_END)
  const tail = source.read(tailStart, LONGEST_END)
  for (let at = tail.lastIndexOf(END); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(END, at - 1))
    if (at + END_LENGTH <= tail.length && hasDirectory(source, tailStart + at, tail.readUInt32LE(at + 12)))
      return true
  return false
}

function hasDirectory(source: ByteSource, end: number, size: number): boolean {
  return isAt(source, end - 20, LOCATOR64) || (size > 0 && isAt(source, end - size, DIRECTORY))
}

function isAt(source: ByteSource, at: number, signature: number): boolean {
  if (at < 0) return false
  const mark = source.read(at, 4)
  return mark.length === 4 && mark.readUInt32LE(0) === signature
}
