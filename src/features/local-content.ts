import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import { parsePointer, type LfsPointer } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { temporaryFolder } from '../git/object-writer.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { streamBlob } from '../git/stream-blob.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import { hasObject } from '../lfs/transfer.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'

/** A weight file whose content is here. */
export interface WeightFile {
  /** As people know it. */
  path: string
  /** Where the content is. */
  file: string
  /** SHA-256 of the content, where a pointer told it. */
  oid?: string
  /** Whether `file` was made for this and is to be removed. */
  temporary?: boolean
}

/** What stands for a weight file: a file on disk, a pointer of a version, or a blob of git itself. */
export type WeightSource =
  | { path: string; file: string }
  | { path: string; pointer: LfsPointer; version?: string }
  | { path: string; blob: Oid }

const MAX_POINTER = 1024

/**
 * Returns where the content of a weight file is. A pointer, in a version or in the work tree, leads to the LFS store.
 *
 * @throws ModelError `weights-absent` where the store does not have it.
 */
export async function localContent(
  world: World,
  source: WeightSource,
  repo?: Repository,
): Promise<WeightFile> {
  if ('blob' in source) return dumpBlob(repo!, source)
  const pointer = 'pointer' in source ? source.pointer : pointerAt(source.file)
  if (pointer === undefined) return { path: source.path, file: (source as { file: string }).file }
  const lfs = await openLfsStore(repo ?? (await openRepository(world)))
  const { oid } = pointer
  if (hasObject(lfs, oid)) return { path: source.path, file: objectPath(lfs, oid), oid }
  const version = 'version' in source ? source.version : undefined
  throw new ModelError(
    'weights-absent',
    `the content of "${source.path}" (sha256:${oid.slice(0, 12)}) is not here`,
    {
      hints: [version === undefined ? 'git lfs pull' : 'git lfs fetch --all', 'git model weights status'],
      data: { path: source.path, oid, size: pointer.size },
    },
  )
}

function pointerAt(file: string): LfsPointer | undefined {
  if (statSync(file).size >= MAX_POINTER) return undefined
  return parsePointer(readFileSync(file, 'utf8'))
}

async function dumpBlob(repo: Repository, source: { path: string; blob: Oid }): Promise<WeightFile> {
  const file = path.join(temporaryFolder(repo), `weights-${process.pid}-${randomBytes(6).toString('hex')}`)
  mkdirSync(path.dirname(file), { recursive: true })
  await streamBlob(repo, source.blob, file)
  return { path: source.path, file, temporary: true }
}
