import type { Oid } from '../domain/run.ts'
import { changedFiles } from '../git/changed-files.ts'
import { readPointers, type LfsFile } from './read-pointers.ts'
import type { Store } from './store.ts'

/** Returns the files in Git LFS that a commit has and another lacks, or has with another content. */
export async function changedPointers({ repo }: Store, base: Oid, head: Oid): Promise<LfsFile[]> {
  return readPointers(repo, await changedFiles(repo, base, head))
}
