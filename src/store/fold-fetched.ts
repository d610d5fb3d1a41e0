import { mergeBases } from '../git/merge-base.ts'
import { diffNotes } from '../git/notes.ts'
import { committerIdentity, ObjectWriter } from '../git/object-writer.ts'
import { fetchedState, readTips, type Tips } from '../git/read-tips.ts'
import { KEEP, SHARED_REFS, trackingRef } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs, type RefUpdate } from '../git/update-refs.ts'
import { remotesOf } from './fetched-remotes.ts'
import { isFolded, markFolded } from './folded-state.ts'
import type { Diverged } from './note-pairs.ts'
import { findRefused, refusal, refuseTips, type RefusedRef } from './refused-refs.ts'

/** What folding in came to. */
export interface FoldedFetch {
  /** Where the refs stand afterwards. */
  tips: Tips
  /** What remotes have and cannot be taken; the local refs stand as they stood. */
  refused: RefusedRef[]
}

/**
 * Folds what was fetched from every remote into the local refs, which only ever grow. Equal and older tips
 * cost nothing, newer ones are taken as they are where they only add, all others are merged: also a newer one
 * that lacks or lessens what is here.
 *
 * @param seen - where the refs stand, when they were read just now.
 * @param forgets - where nothing is new, whether what was refused before need not be found again.
 */
export async function foldFetched(
  repo: Repository,
  { seen, forgets = false }: { seen?: Tips; forgets?: boolean } = {},
): Promise<FoldedFetch> {
  let known = seen
  const folded = await untilWon(async () => {
    const before = known ?? (await readTips(repo))
    known = undefined
    if (isAllFolded(repo, before))
      return { tips: before, refused: forgets ? [] : await findRefused(repo, before) }
    let local: FoldedFetch = { tips: before, refused: [] }
    for (const remote of remotesOf(before)) local = await foldRemote(repo, local, remote)
    const updates = SHARED_REFS.map((ref) => ({ ref, from: before.get(ref), to: local.tips.get(ref) }))
    return (await updateRefs(repo, updates, 'git-model: merge what was fetched')) ? local : undefined
  })
  markFolded(repo.commonDir, fetchedState(folded.tips))
  return folded
}

// The marker alone would not do: somebody may have deleted a ref of ours, and what remotes have brings it back.
function isAllFolded(repo: Repository, tips: Tips): boolean {
  const isThere = remotesOf(tips).every((remote) =>
    SHARED_REFS.every((ref) => tips.has(ref) || !tips.has(trackingRef(remote, ref))),
  )
  return isThere && isFolded(repo.commonDir, fetchedState(tips))
}

async function foldRemote(
  repo: Repository,
  { tips, refused }: FoldedFetch,
  remote: string,
): Promise<FoldedFetch> {
  const next = new Map(tips)
  const bad = await refuseTips(repo, tips, remote)
  const moved: { ref: Diverged['ref']; ours: string; theirs: string }[] = []
  for (const ref of SHARED_REFS) {
    const [ours, theirs] = [tips.get(ref), tips.get(trackingRef(remote, ref))]
    if (theirs === undefined || ours === theirs || bad.some((one) => one.ref === ref)) continue
    if (ours !== undefined) moved.push({ ref, ours, theirs })
    else {
      const reason = ref === KEEP ? undefined : await refusal(() => diffNotes(repo, undefined, theirs))
      if (reason === undefined) next.set(ref, theirs)
      else bad.push({ remote, ref, oid: theirs, reason })
    }
  }
  const bases = await mergeBases(
    repo,
    moved.map(({ ours, theirs }) => [ours, theirs]),
  )
  const diverged: Diverged[] = []
  for (const [index, { ref, ours, theirs }] of moved.entries()) {
    const base = bases[index]
    if (base === ours && ref === KEEP) next.set(ref, theirs)
    else if (base !== theirs) diverged.push({ ref, ours, theirs, base })
  }
  if (diverged.length > 0) {
    const { updates, unread } = await mergeAll(repo, remote, diverged, next)
    for (const { ref, to } of updates) next.set(ref, to!)
    bad.push(...unread)
  }
  return { tips: next, refused: [...refused, ...bad] }
}

async function mergeAll(
  repo: Repository,
  remote: string,
  diverged: readonly Diverged[],
  tips: Tips,
): Promise<{ updates: RefUpdate[]; unread: RefusedRef[] }> {
  // What reads and writes YAML is loaded where there is something to merge.
  const { mergeNotes } = await import('./merge-notes.ts')
  const writer = new ObjectWriter(await committerIdentity(repo))
  const notes = diverged.filter(({ ref }) => ref !== KEEP)
  const { merged, refused } = await mergeNotes(repo, writer, notes, tips)
  const keep = diverged.find(({ ref }) => ref === KEEP)
  const message = `merge metadata of ${remote}\n`
  const planned = merged.map(({ diverged: { ref, ours, theirs }, changes, same }) => ({
    ref,
    from: ours,
    name: same ? theirs : writer.commit({ parents: [ours, theirs], message, changes }),
  }))
  if (keep !== undefined) {
    const { ref, ours, theirs } = keep
    planned.push({ ref, from: ours, name: writer.commit({ parents: [ours, theirs], message, clear: true }) })
  }
  const oidOf = await writer.write(repo)
  return {
    updates: planned.map(({ ref, from, name }) => ({ ref, from, to: oidOf(name) })),
    unread: refused.map(({ diverged: { ref, theirs: oid }, reason }) => ({ remote, ref, oid, reason })),
  }
}
