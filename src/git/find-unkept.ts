import type { Oid } from '../domain/run.ts'
import { readObjects, statObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** Commits that the keep chain does not keep from being collected. */
export interface Unkept {
  /** Runs and outputs that are here, and that the chain does not reach. */
  loose: Oid[]
  /** Those that are not here. */
  gone: Oid[]
}

/**
 * Finds the commits that the keep chain does not reach, with one git process where any of them is here.
 *
 * @param keep - the tip of the chain; undefined where there is none.
 * @param known - an older tip of the chain, or another one: what came since is looked at first, which takes as long as
 *   that is, and all of the chain only where it does not answer.
 */
export async function findUnkept(
  repo: Pick<Repository, 'root'>,
  keep: Oid | undefined,
  commits: readonly Oid[],
  known?: Oid,
): Promise<Unkept> {
  const stats = await statObjects(repo, commits)
  const gone = commits.filter((_commit, index) => stats[index] === undefined)
  const here = commits.filter((_commit, index) => stats[index]?.type === 'commit')
  return { loose: await onlyOurs(repo, await unreached(repo, keep, here, known)), gone }
}

async function unreached(
  repo: Pick<Repository, 'root'>,
  keep: Oid | undefined,
  here: readonly Oid[],
  known: Oid | undefined,
): Promise<readonly Oid[]> {
  if (here.length === 0 || keep === undefined) return here
  const added = known === undefined ? new Set<Oid>() : await revList(repo, [keep, `^${known}`])
  const rest = here.filter((commit) => !added.has(commit))
  if (rest.length === 0) return []
  const found = await revList(repo, [`^${keep}`, ...rest])
  return rest.filter((commit) => found.has(commit))
}

async function revList(repo: Pick<Repository, 'root'>, tips: readonly string[]): Promise<Set<Oid>> {
  const { stdout } = await git(repo, ['rev-list', '--stdin'], { input: tips.join('\n') + '\n' })
  return new Set(stdout.split('\n'))
}

// A record that somebody else wrote may name any commit of this clone, be it one that was never to be shared.
async function onlyOurs(repo: Pick<Repository, 'root'>, commits: readonly Oid[]): Promise<Oid[]> {
  const objects = await readObjects(repo, commits)
  return commits.filter((_commit, index) => OURS.test(objects[index]?.content.toString('latin1') ?? ''))
}

// How the messages of run commits and of outputs commits end.
const OURS = /^(?:Run-Nonce: |Run: [0-9a-f]{40,64}$)/m
