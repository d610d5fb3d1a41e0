import { brokenRef } from './broken-refs.ts'
import { gitFailure } from './git-failure.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { clearStaleLocks } from './lock.ts'
import { zeroOid, type Repository } from './repository.ts'
import { git } from './run-git.ts'

/** One move of a ref, made only if it still stands where it was seen. */
export interface RefUpdate {
  ref: string
  /** Undefined: the ref must not exist. */
  from: Oid | undefined
  /** Undefined: the ref is deleted. */
  to: Oid | undefined
}

/**
 * Moves refs in one transaction: all of them, or none.
 *
 * @returns false when another process moved one of them first; the caller rebuilds and tries again.
 * @throws ModelError when git cannot write, `ref-broken` among others.
 */
export async function updateRefs(
  repo: Repository,
  updates: readonly RefUpdate[],
  reason: string,
): Promise<boolean> {
  const zero = zeroOid(repo)
  const lines = updates
    .filter(({ from, to }) => from !== to)
    .map(({ ref, from, to }) =>
      to === undefined ? `delete ${ref} ${from ?? zero}` : `update ${ref} ${to} ${from ?? zero}`,
    )
  if (lines.length === 0) return true
  const args = ['update-ref', '-m', reason, '--stdin']
  const result = await git(repo, args, { input: lines.join('\n') + '\n', ok: [0, 1, 128] })
  if (result.exitCode === 0) return true
  const broken = BROKEN.exec(result.stderr)?.[1]
  if (broken !== undefined) throw brokenRef(broken)
  if (LOST_RACE.test(result.stderr)) {
    if (/File exists/.test(result.stderr)) clearStaleLocks(repo.commonDir)
    return false
  }
  return rethrow(repo, args, result.stderr)
}

// "is at X but expected Y", "reference already exists", "Unable to create '….lock': File exists",
// "unable to resolve reference" (deleted by another), all of git 2.36 to 2.5x
const LOST_RACE = /but expected|already exists|File exists|unable to resolve reference|reference is missing/

// Nobody moved it, and no other try would win.
const BROKEN = /unable to resolve reference '([^']+)': reference broken/

async function rethrow(repo: Repository, args: string[], stderr: string): Promise<never> {
  throw gitFailure(args, 128, stderr || `cannot update refs in ${repo.commonDir}`)
}

/** How long to keep trying before giving up, in milliseconds. */
const PATIENCE = 120_000

/**
 * Repeats an attempt until it wins its race, waiting a little longer each time, with jitter.
 *
 * @throws ModelError `busy` after two minutes.
 */
export async function untilWon<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE
  for (let round = 0; ; round++) {
    const result = await attempt()
    if (result !== undefined) return result
    if (Date.now() > end) {
      throw new ModelError('busy', 'other processes kept changing the same refs for two minutes', {
        hints: ['nothing is lost; try again, or: git model doctor --fix'],
      })
    }
    await sleep(Math.random() * Math.min(20 * 2 ** Math.min(round, 6), 1000))
  }
}
