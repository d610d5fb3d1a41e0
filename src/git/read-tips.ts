import type { Oid } from '../domain/run.ts'
import { brokenIn, brokenRef, requireSound } from './broken-refs.ts'
import { statObjects } from './read-objects.ts'
import { REMOTES } from './refs.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** Where our refs stand, by name. */
export type Tips = ReadonlyMap<string, Oid>

/**
 * Reads where all our refs stand, with one git process.
 *
 * @throws ModelError `ref-broken`, since a ref that names nothing is not one that was never there.
 */
export async function readTips(repo: Pick<Repository, 'root'>): Promise<Tips> {
  const { tips, broken } = await listTips(repo)
  if (broken[0] !== undefined) throw brokenRef(broken[0])
  return tips
}

/** As {@link readTips}, and tells which refs are broken. */
export async function listTips(repo: Pick<Repository, 'root'>): Promise<{ tips: Tips; broken: string[] }> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/model', 'refs/notes/model']
  const { stdout, stderr } = await git(repo, args)
  const lines = stdout.split('\n').filter((line) => line !== '')
  const tips = new Map(
    lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
  )
  return { tips, broken: brokenIn(stderr) }
}

// What git takes a name for where no ref is called exactly so (gitrevisions).
const SHADOWS = ['refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/']

/**
 * Reads where some refs stand: the process that answers for objects does, and it is there already. Where a branch or a
 * tag could be taken for one of them, which anybody can push, git lists all of ours instead.
 *
 * @throws ModelError `ref-broken`.
 */
export async function readTipsOf(
  repo: Pick<Repository, 'root' | 'commonDir'>,
  refs: ReadonlySet<string>,
): Promise<Tips> {
  const names = [...refs].sort()
  const shadows = names.flatMap((name) => [
    ...SHADOWS.map((folder) => folder + name),
    `refs/remotes/${name}/HEAD`,
  ])
  const stats = await statObjects(repo, [...names, ...shadows])
  if (stats.slice(names.length).some((stat) => stat !== undefined)) return readTips(repo)
  requireSound(
    repo,
    names.filter((_name, index) => stats[index] === undefined),
  )
  return new Map(
    names.flatMap((name, index) => (stats[index] === undefined ? [] : [[name, stats[index].oid] as const])),
  )
}

/**
 * Returns what remotes have, as the hooks compute it:
 * the output of `git for-each-ref --format='%(objectname) %(refname)' refs/model/remotes`.
 */
export function fetchedState(tips: Tips): string {
  return [...tips]
    .filter(([ref]) => ref.startsWith(REMOTES))
    .map(([ref, oid]) => `${oid} ${ref}\n`)
    .join('')
}
