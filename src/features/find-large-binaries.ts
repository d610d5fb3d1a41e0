import type { Oid } from '../domain/run.ts'
import { readHeads } from '../git/read-heads.ts'
import { statObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { BINARY_HEAD, looksBinary } from '../weights/looks-binary.ts'

/** A tracked binary that stands in git itself although it is large. */
export interface LargeBinary {
  path: string
  /** In bytes. */
  size: number
}

/** Finds the binaries among tracked files that are larger than `largest` bytes, by their content. */
export async function findLargeBinaries(
  repo: Repository,
  files: readonly { path: string; oid: Oid }[],
  largest: number,
): Promise<LargeBinary[]> {
  const stats = await statObjects(
    repo,
    files.map(({ oid }) => oid),
  )
  const large = files.flatMap((file, index) => {
    const size = stats[index]?.size ?? 0
    return size > largest ? [{ ...file, size }] : []
  })
  const heads = await readHeads(
    repo,
    large.map(({ oid }) => oid),
    BINARY_HEAD,
  )
  return large
    .filter(({ oid }) => looksBinary(heads.get(oid) ?? Buffer.alloc(0)))
    .map(({ path, size }) => ({ path, size }))
}
