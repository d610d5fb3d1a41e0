import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { objectPath, pinPath } from '../lfs/lfs-store.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'

/** Whether a file's content is on this machine; an empty file has none to fetch. */
export type Presence = 'here' | 'unfetched' | 'empty'

/** A file that is kept in Git LFS. */
export interface ShownFile {
  /** Path in the repository. */
  path: string
  /** SHA-256 of the content, without a prefix. */
  oid: string
  /** In bytes. */
  size: number
  presence: Presence
  /** Present where another content counts at this path. */
  replaced?: true
}

/**
 * Looks up which files' content is on this machine. Nothing is fetched.
 *
 * @param inWorkTree - whether the files are those of the work tree, where content counts that is not in the LFS store.
 */
export async function showFiles(
  store: Store,
  files: readonly { path: string; oid: string; size: number }[],
  inWorkTree = false,
): Promise<ShownFile[]> {
  if (files.length === 0) return []
  const lfs = await openLfsStore(store.repo)
  return files.map((file) => {
    const oid = file.oid.replace(/^sha256:/, '')
    const isKept =
      /^[0-9a-f]{64}$/.test(oid) && [objectPath(lfs, oid), pinPath(lfs, oid)].some((at) => existsSync(at))
    const isHere = isKept || (inWorkTree && sizeOf(path.join(store.repo.root, file.path)) === file.size)
    return {
      path: file.path,
      oid,
      size: file.size,
      presence: file.size === 0 ? 'empty' : isHere ? 'here' : 'unfetched',
    }
  })
}

// A pointer that stands in for content which was not fetched is smaller than that content.
function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size
}
