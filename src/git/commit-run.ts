import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { gitLine } from './run-git.ts'

/** What a run commit is made of. */
export interface RunCommit {
  /** The code commit. */
  parent: Oid
  /** The snapshot. */
  tree: Oid
  name: string
  /** Random text that keeps two runs of the same second, tree and parent apart. */
  nonce: string
}

/**
 * Makes the run commit: the child of the code commit whose tree is the snapshot.
 *
 * @throws ModelError `git-identity`.
 */
export async function commitRun(repo: Repository, run: RunCommit): Promise<Oid> {
  const args = ['-c', 'core.fsync=committed', 'commit-tree', run.tree, '-p', run.parent, '-F', '-']
  return gitLine(repo, args, { input: runMessage(run) })
}

/** The message of a run commit. */
export function runMessage({ name, nonce }: RunCommit): string {
  return `run: ${name}\n\nRun-Nonce: ${nonce}\n`
}
