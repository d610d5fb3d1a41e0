import { isModelError, ModelError } from '../../domain/errors.ts'
import { chooseRemote } from '../../git/remotes.ts'
import type { LfsStore } from '../../lfs/lfs-store.ts'
import { fetchObject } from '../../lfs/fetch-object.ts'
import { fetchObjects, hasObject } from '../../lfs/transfer.ts'
import type { LfsFile } from '../../store/read-pointers.ts'
import type { Store } from '../../store/store.ts'
import type { VersionSource } from './resolve-version.ts'

/**
 * Fetches the contents that are not in the LFS store yet.
 *
 * @throws ModelError `weights-absent` where the remote has them neither.
 */
export async function ensureContent(
  store: Store,
  lfs: LfsStore,
  source: VersionSource,
  files: readonly LfsFile[],
): Promise<void> {
  const missing = files.filter(({ oid, size }) => size > 0 && !hasObject(lfs, oid))
  if (missing.length === 0) return
  const paths = missing.map((file) => file.path)
  await fetchObjects(store.repo.root, await chooseRemote(store.repo), source.weights, paths)
  await fetchOthers(store, lfs, missing)
  const absent = missing.filter(({ oid }) => !hasObject(lfs, oid))
  if (absent.length === 0) return
  throw new ModelError(
    'weights-absent',
    `the content of ${absent.map((file) => file.path).join(', ')} is neither here nor on the remote`,
    {
      hints: ['ask the one who made it to run: git model sync'],
      data: { files: absent },
    },
  )
}

// What another clone added to the run is in a commit of its own, until outputs are added again.
async function fetchOthers(store: Store, lfs: LfsStore, files: readonly LfsFile[]): Promise<void> {
  for (const file of files) {
    if (hasObject(lfs, file.oid)) continue
    try {
      await fetchObject(store.repo.root, file, file.path)
    } catch (error) {
      // All that are absent are told at once.
      if (!isModelError(error, 'weights-absent')) throw error
    }
  }
}
