import type { OpenFiles } from './open-files.ts'

/** A place in a file. */
export interface Spot {
  file: string
  /** In bytes. */
  offset: number
}

/** Bytes that are to be copied into a file that is there. */
export interface CopyPiece {
  kind: 'copy'
  bytes: number
  from: Spot
  to: Spot
}

/** Two stretches of bytes of which is asked whether they are equal. */
export interface EqualPiece {
  kind: 'equal'
  bytes: number
  a: Spot
  b: Spot
}

const CHUNK = 1 << 18
const buffers = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)] as const

/** Copies bytes. */
export function copyPiece(files: OpenFiles, { bytes, from, to }: CopyPiece): undefined {
  for (let at = 0; at < bytes; at += CHUNK) {
    const part = buffers[0].subarray(0, Math.min(CHUNK, bytes - at))
    files.read(from.file, from.offset + at, part)
    files.write(to.file, to.offset + at, part)
  }
}

/** Tells whether bytes are equal, and stops at the first that differ. */
export function equalPiece(files: OpenFiles, { bytes, a, b }: EqualPiece): boolean {
  if (a.file === b.file && a.offset === b.offset) return true
  for (let at = 0; at < bytes; at += CHUNK) {
    const [left, right] = buffers.map((buffer) => buffer.subarray(0, Math.min(CHUNK, bytes - at)))
    files.read(a.file, a.offset + at, left!)
    files.read(b.file, b.offset + at, right!)
    if (!left!.equals(right!)) return false
  }
  return true
}
