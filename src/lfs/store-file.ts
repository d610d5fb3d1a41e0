import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { ModelError } from '../domain/errors.ts'
import type { LfsPointer } from '../domain/lfs-pointer.ts'
import { BatchedFile } from './batched-file.ts'
import { objectPath, pinPath, type LfsStore } from './lfs-store.ts'
import { makeFolder } from './make-folder.ts'
import { pin } from './pin.ts'

/**
 * Copies a file into the LFS store and pins it, as `git lfs clean` does but hashing exactly the bytes it
 * writes: a file that changes meanwhile cannot end under a wrong name. Memory does not depend on the size.
 *
 * @throws ModelError `output-missing`, `disk-full`, `write-failed`.
 */
export async function storeFile(store: LfsStore, file: string): Promise<LfsPointer> {
  return storeStream(store, createReadStream(file, { highWaterMark: 1 << 20 }), file)
}

/** Copies a stream into the LFS store and pins it. Errors as {@link storeFile}; `label` names the source. */
export async function storeStream(store: LfsStore, source: Readable, label: string): Promise<LfsPointer> {
  const temporary = path.join(store.root, 'tmp', `git-model-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    const pointer = await writeHashed(source, temporary)
    const target = objectPath(store, pointer.oid)
    makeFolder(path.dirname(target))
    // Pinned before it is in the store, where a `git lfs prune` of this moment would take it.
    if (!existsSync(target) || !existsSync(pinPath(store, pointer.oid))) {
      pin(store, pointer.oid, temporary)
      await rename(temporary, target)
    }
    return pointer
  } catch (error) {
    throw storeFailure(label, error)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeHashed(source: Readable, target: string): Promise<LfsPointer> {
  makeFolder(path.dirname(target))
  const hash = createHash('sha256')
  let size = 0
  const file = new BatchedFile(await open(target, 'wx'))
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const isTaken = file.write(chunk)
      hash.update(chunk)
      size += chunk.length
      await isTaken
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { oid: hash.digest('hex'), size }
}

function storeFailure(label: string, error: unknown): unknown {
  if (error instanceof ModelError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'EISDIR') {
    return new ModelError('output-missing', `there is no file "${label}"`, {
      data: { path: label },
      cause: error,
    })
  }
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return new ModelError(
    full ? 'disk-full' : 'write-failed',
    `cannot keep "${label}" in the LFS store: ${message}`,
    {
      hints: [full ? 'free some space and try again' : 'git model doctor'],
      data: { path: label },
      cause: error,
    },
  )
}
