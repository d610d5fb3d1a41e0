import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** Returns the best common ancestor of two commits; undefined where there is none, as in shallow clones. */
export async function mergeBase(repo: Repository, a: Oid, b: Oid): Promise<Oid | undefined> {
  const { exitCode, stdout } = await git(repo, ['merge-base', a, b], { ok: [0, 1, 128] })
  return exitCode === 0 ? stdout.trim().split('\n')[0] : undefined
}

/**
 * Returns the best common ancestor of each pair, with one git process. As {@link mergeBase}.
 *
 * `git rev-parse A...B` prints both commits and then, with a `^`, what they have in common.
 */
export async function mergeBases(
  repo: Repository,
  pairs: readonly (readonly [Oid, Oid])[],
): Promise<(Oid | undefined)[]> {
  if (pairs.length === 0) return []
  const args = pairs.map(([a, b]) => `${a}...${b}`)
  const { exitCode, stdout } = await git(repo, ['rev-parse', ...args], { ok: [0, 128] })
  // One that is no commit fails all of them.
  if (exitCode !== 0) return Promise.all(pairs.map(([a, b]) => mergeBase(repo, a, b)))
  const groups: string[][] = []
  const lines = stdout.split('\n').filter((line) => line !== '')
  for (const [index, line] of lines.entries()) {
    const isFirst =
      !line.startsWith('^') &&
      (groups.length === 0 || lines[index - 1]!.startsWith('^') || groups.at(-1)!.length === 2)
    if (isFirst) groups.push([line])
    else groups.at(-1)!.push(line)
  }
  return groups.map(([, , base]) => base?.slice(1))
}
