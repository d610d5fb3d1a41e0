import { parsePointer } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects, statObjects } from '../git/read-objects.ts'
import { git, LARGEST_LISTING } from '../git/run-git.ts'
import type { LfsFile } from './models.ts'
import type { Store } from './store.ts'

const MAX_POINTER = 1024

/** Returns the files in Git LFS that a commit has and another lacks, or has with another content. */
export async function changedPointers({ repo }: Store, base: Oid, head: Oid): Promise<LfsFile[]> {
  if (base === head) return []
  const { stdout } = await git(
    repo,
    ['diff-tree', '-r', '-z', '--no-renames', '--diff-filter=AM', base, head],
    {
      largest: LARGEST_LISTING,
    },
  )
  // A link is a blob too.
  const changed = [...stdout.matchAll(/:\d+ 100\d+ [0-9a-f]+ ([0-9a-f]+) [AM]\0([^\0]+)\0/gs)].map(
    (match) => ({
      oid: match[1]!,
      path: match[2]!,
    }),
  )
  const stats = await statObjects(
    repo,
    changed.map(({ oid }) => oid),
  )
  const small = changed.filter((_, index) => (stats[index]?.size ?? Infinity) < MAX_POINTER)
  const objects = await readObjects(
    repo,
    small.map(({ oid }) => oid),
  )
  return small.flatMap(({ path }, index) => {
    const pointer = parsePointer(objects[index]?.content.toString('utf8') ?? '')
    return pointer === undefined ? [] : [{ path, ...pointer }]
  })
}
