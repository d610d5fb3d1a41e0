import { isModelError, ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { diffNotes } from '../git/notes.ts'
import { mergeBases } from '../git/merge-base.ts'
import { statObjects } from '../git/read-objects.ts'
import type { Tips } from '../git/read-tips.ts'
import { KEEP, remoteRef, SHARED_REFS, trackingRef, type SharedRef } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { remotesOf } from './fetched-remotes.ts'

/** What a remote has at one of our refs, and why it is not taken: nothing of it is in the local refs. */
export interface RefusedRef {
  remote: string
  ref: SharedRef
  oid: Oid
  reason: string
}

/** Tells which of a remote's tips are no commits, so that nothing can be made of them. */
export async function refuseTips(repo: Repository, tips: Tips, remote: string): Promise<RefusedRef[]> {
  const fetched = SHARED_REFS.flatMap((ref) => {
    const oid = tips.get(trackingRef(remote, ref))
    return oid === undefined || oid === tips.get(ref) ? [] : [{ remote, ref, oid }]
  })
  const stats = await statObjects(
    repo,
    fetched.map(({ oid }) => oid),
  )
  return fetched.flatMap((one, index) => {
    const type = stats[index]?.type ?? 'missing'
    return type === 'commit' ? [] : [{ ...one, reason: `it is a ${type}, where a commit belongs` }]
  })
}

/**
 * Lists what was fetched and is not in the local refs, where everything that could be folded in was.
 *
 * @param tips - as they stand after folding.
 */
export async function findRefused(repo: Repository, tips: Tips): Promise<RefusedRef[]> {
  const found: RefusedRef[] = []
  for (const remote of remotesOf(tips)) {
    const noCommits = await refuseTips(repo, tips, remote)
    found.push(...noCommits)
    const moved = SHARED_REFS.flatMap((ref) => {
      const [ours, oid] = [tips.get(ref), tips.get(trackingRef(remote, ref))]
      const isKnown = oid === undefined || ours === oid || noCommits.some((other) => other.ref === ref)
      return isKnown || ref === KEEP ? [] : [{ ref, ours, oid }]
    })
    const bases = await mergeBases(
      repo,
      moved.map(({ ours, oid }) => [ours ?? oid, oid]),
    )
    for (const [index, { ref, ours, oid }] of moved.entries()) {
      if (ours !== undefined && bases[index] === oid) continue
      const reason = await refusal(() => diffNotes(repo, ours, oid))
      if (reason !== undefined) found.push({ remote, ref, oid, reason })
    }
  }
  return found
}

/** Does something with what a remote wrote. @returns why that cannot be done, where it is the remote's fault. */
export async function refusal(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (isModelError(error, 'too-large') || isModelError(error, 'git-failed')) return error.message
    throw error
  }
}

/** Says that what a remote has cannot be taken. Nothing here was changed by it. */
export function refusedError(
  { remote, ref, oid, reason }: RefusedRef,
  prefix: string | undefined,
): ModelError {
  const there = remoteRef(ref, prefix)
  return new ModelError('note-invalid', `${there} of "${remote}" cannot be taken: ${reason}`, {
    hints: [
      'nothing here was changed or lost, and nothing of it was taken',
      `see what it is: git log -1 ${oid.slice(0, 12)}`,
      `to put what is here in its place: git push --force ${remote} ${ref}:${there}`,
    ],
    data: { remote, ref: there, oid, reason },
  })
}
