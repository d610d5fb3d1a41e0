import type { Oid } from '../domain/run.ts'
import { statObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { git, gitLine } from './run-git.ts'

const OPTIONS = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--refmap=']

/**
 * Brings commits that are not here, each without its history where this clone is shallow anyway.
 *
 * @param refs - refs of the remote to ask for where it does not give commits by their names.
 * @returns those that are still missing.
 */
export async function fetchCommits(
  repo: Repository,
  remote: string,
  commits: readonly Oid[],
  refs: readonly string[] = [],
): Promise<Oid[]> {
  let missing = await missingOf(repo, commits)
  const depth = (await isShallow(repo)) ? ['--depth=1'] : []
  for (const wanted of [missing, refs]) {
    if (missing.length === 0 || wanted.length === 0) continue
    await git(repo, ['fetch', ...OPTIONS, ...depth, '--', remote, ...wanted], { ok: [0, 1, 128] })
    missing = await missingOf(repo, commits)
  }
  return missing
}

/** Brings more history of two commits, so many commits of each, into a shallow clone. */
export async function deepen(
  repo: Repository,
  remote: string,
  commits: readonly Oid[],
  by: number,
): Promise<void> {
  if (!(await isShallow(repo))) return
  await git(repo, ['fetch', ...OPTIONS, `--deepen=${by}`, '--', remote, ...commits], { ok: [0, 1, 128] })
}

/** Tells whether the clone lacks history. */
async function isShallow(repo: Repository): Promise<boolean> {
  return (await gitLine(repo, ['rev-parse', '--is-shallow-repository'])) === 'true'
}

async function missingOf(repo: Repository, commits: readonly Oid[]): Promise<Oid[]> {
  const stats = await statObjects(repo, commits)
  return commits.filter((_, index) => stats[index]?.type !== 'commit')
}
