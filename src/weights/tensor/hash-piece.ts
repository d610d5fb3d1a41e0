import { createHash } from 'node:crypto'
import type { OpenFiles } from './open-files.ts'

/** Bytes of a file whose SHA-256 is asked for. */
export interface HashPiece {
  kind: 'hash'
  file: string
  /** Of the first byte. */
  offset: number
  /** How many. */
  bytes: number
}

const CHUNK = 1 << 18

/** Returns the SHA-256 of a stretch of a file, in hexadecimal. */
export function hashPiece(files: OpenFiles, { file, offset, bytes }: HashPiece): string {
  const hash = createHash('sha256')
  const chunk = new Uint8Array(Math.min(CHUNK, bytes))
  for (let at = 0; at < bytes; at += CHUNK) {
    const part = chunk.subarray(0, Math.min(CHUNK, bytes - at))
    files.read(file, offset + at, part)
    hash.update(part)
  }
  return hash.digest('hex')
}
