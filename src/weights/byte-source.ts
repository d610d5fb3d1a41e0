import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes that can be read at any place without reading all of them. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number
  /** Returns up to `length` bytes from `offset`; fewer only at the end. */
  read(offset: number, length: number): Buffer
}

/** Makes a source of bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { size: buffer.length, read: (offset, length) => buffer.subarray(offset, offset + length) }
}

/**
 * Lends a file as a source of bytes for as long as a task runs.
 *
 * @throws the system's error where the file cannot be opened, and EISDIR for what is no file.
 */
export function withFile<T>(path: string, task: (source: ByteSource) => T): T {
  const descriptor = openSync(path, 'r')
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw Object.assign(new Error(`"${path}" is no file`), { code: 'EISDIR' })
    const { size } = stat
    return task({
      size,
      read: (offset, length) => readAt(descriptor, offset, Math.min(length, size - offset)),
    })
  } finally {
    closeSync(descriptor)
  }
}

function readAt(descriptor: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, length))
  let done = 0
  while (done < buffer.length) {
    const count = readSync(descriptor, buffer, done, buffer.length - done, offset + done)
    if (count === 0) break
    done += count
  }
  return buffer.subarray(0, done)
}
