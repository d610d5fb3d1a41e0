import type { Repository } from '../git/repository.ts'
import { gitLine } from '../git/run-git.ts'
import { lfsStore, type LfsStore } from '../lfs/lfs-store.ts'

/** Returns the LFS store of a repository, where its configuration says. */
export async function openLfsStore(repo: Pick<Repository, 'root' | 'commonDir'>): Promise<LfsStore> {
  const storage = await gitLine(repo, ['config', '--get', 'lfs.storage'], { ok: [0, 1] })
  return lfsStore(repo.commonDir, storage === '' ? undefined : storage)
}
