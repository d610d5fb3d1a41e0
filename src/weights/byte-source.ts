import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ModelError } from '../domain/errors.ts'

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
 * @param path - of the file.
 * @param name - what to call it in errors.
 * @throws ModelError `weights-invalid` where the file was written to meanwhile; the system's error where it cannot
 *   be opened, and EISDIR for what is no file.
 */
export function withFile<T>(path: string, task: (source: ByteSource) => T, name = path): T {
  const descriptor = openSync(path, 'r')
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw Object.assign(new Error(`"${path}" is no file`), { code: 'EISDIR' })
    const { size } = stat
    const isChanged = (): boolean => {
      const now = fstatSync(descriptor)
      return now.size !== size || now.mtimeMs !== stat.mtimeMs
    }
    return watch(isChanged, name, () =>
      task({
        size,
        read: (offset, length) => readAt(descriptor, offset, Math.min(length, size - offset)),
      }),
    )
  } finally {
    closeSync(descriptor)
  }
}

// A file that is being written looks damaged in many ways; this is the one reason that helps.
function watch<T>(isChanged: () => boolean, name: string, task: () => T): T {
  let answer: T
  try {
    answer = task()
  } catch (error) {
    if (isChanged()) throw changed(name, error)
    throw error
  }
  if (isChanged()) throw changed(name)
  return answer
}

function changed(name: string, cause?: unknown): ModelError {
  return new ModelError('weights-invalid', `"${name}" was written to while it was read`, {
    hints: ['try again when its writer has finished'],
    data: { path: name },
    cause,
  })
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
