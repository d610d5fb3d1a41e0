import { parsePointer } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects, statObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'

/** A file of a model that is kept in Git LFS. */
export interface LfsFile {
  /** Path in the repository. */
  path: string
  /** SHA-256 of the content. */
  oid: string
  /** In bytes. */
  size: number
}

/** A file of a tree. */
interface TreeFile {
  path: string
  oid: Oid
  /** Of its blob, in bytes, where that is known. */
  size?: number
}

const MAX_POINTER = 1024

/** Returns those of some files that stand in Git LFS. */
export async function readPointers(repo: Repository, files: readonly TreeFile[]): Promise<LfsFile[]> {
  const unknown = files.filter(({ size }) => size === undefined)
  const stats = await statObjects(
    repo,
    unknown.map(({ oid }) => oid),
  )
  const sizes = new Map(unknown.map(({ oid }, index) => [oid, stats[index]?.size]))
  const small = files.filter(({ oid, size }) => (size ?? sizes.get(oid) ?? Infinity) < MAX_POINTER)
  const objects = await readObjects(
    repo,
    small.map(({ oid }) => oid),
  )
  return small.flatMap(({ path }, index) => {
    const pointer = parsePointer(objects[index]?.content.toString('utf8') ?? '')
    return pointer === undefined ? [] : [{ path, ...pointer }]
  })
}
