import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { statObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/**
 * Resolves a revision to a commit.
 *
 * @throws ModelError `revision-unknown`, `revision-ambiguous`.
 */
export async function resolveCommit(repo: Repository, revision: string): Promise<Oid> {
  const oid = await tryResolve(repo, `${revision}^{commit}`)
  if (oid !== undefined) return oid
  throw new ModelError('revision-unknown', `there is no commit, branch or tag "${revision}"`, {
    hints: ['git log --oneline -10', 'git model runs'],
    data: { revision },
  })
}

/** Resolves a revision to a commit, or to undefined where there is none. @throws ModelError `revision-ambiguous`. */
export async function tryResolveCommit(repo: Repository, revision: string): Promise<Oid | undefined> {
  return tryResolve(repo, `${revision}^{commit}`)
}

/** Resolves any object name. Returns undefined where there is none. @throws ModelError `revision-ambiguous`. */
export async function tryResolve(repo: Repository, name: string): Promise<Oid | undefined> {
  if (name.startsWith('-') || /[\n\0]/.test(name)) return undefined
  if (SIMPLE.test(name)) {
    const [stat] = await statObjects(repo, [name])
    // What is ambiguous has no answer either: `git rev-parse` tells the one from the other.
    if (stat !== undefined || !/^[0-9a-f]{4}/i.test(name)) return stat?.oid
  }
  const args = ['rev-parse', '--verify', '--end-of-options', name]
  const result = await git(repo, args, { ok: [0, 1, 128] })
  // git < 2.43 echoes the option
  if (result.exitCode === 0) return result.stdout.trim().split('\n').at(-1)
  if (!/is ambiguous/.test(result.stderr)) return undefined
  throw new ModelError('revision-ambiguous', `"${name.replace(/\^\{.*/, '')}" fits several objects`, {
    hints: ['type more of the id'],
    data: { candidates: result.stderr.split('\n').filter((line) => line.startsWith('hint:   ')) },
  })
}

// Of others, such as `@{upstream}` where there is none, `git cat-file` may die.
const SIMPLE = /^[\w./~^-]+(?:\^\{(?:commit|tree)\})?$/
