import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** Returns the best common ancestor of two commits; undefined where there is none, as in shallow clones. */
export async function mergeBase(repo: Repository, a: Oid, b: Oid): Promise<Oid | undefined> {
  const { exitCode, stdout } = await git(repo, ['merge-base', a, b], { ok: [0, 1, 128] })
  return exitCode === 0 ? stdout.trim().split('\n')[0] : undefined
}
