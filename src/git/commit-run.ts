import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { gitLine } from './run-git.ts'

/**
 * Makes the run commit: the child of the code commit whose tree is the snapshot.
 *
 * @param nonce - random text that keeps two runs of the same second, tree and parent apart.
 * @throws ModelError `git-identity`.
 */
export async function commitRun(
  repo: Repository,
  run: { parent: Oid; tree: Oid; name: string; nonce: string },
): Promise<Oid> {
  const args = ['-c', 'core.fsync=committed', 'commit-tree', run.tree, '-p', run.parent, '-F', '-']
  return gitLine(repo, args, { input: `run: ${run.name}\n\nRun-Nonce: ${run.nonce}\n` })
}
