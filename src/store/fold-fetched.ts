import { mergeBases } from '../git/merge-base.ts'
import { committerIdentity, ObjectWriter } from '../git/object-writer.ts'
import { fetchedState, readTips, type Tips } from '../git/read-tips.ts'
import { KEEP, REMOTES, SHARED_REFS, trackingRef } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs, type RefUpdate } from '../git/update-refs.ts'
import { isFolded, markFolded } from './folded-state.ts'
import { mergeNotes, type Diverged } from './merge-notes.ts'

/**
 * Folds what was fetched from every remote into the local refs, which only ever grow. Equal and older tips
 * cost nothing, newer ones are taken as they are, diverged ones are merged.
 *
 * @param seen - where the refs stand, when they were read just now.
 * @returns where the refs stand afterwards.
 */
export async function foldFetched(repo: Repository, seen?: Tips): Promise<Tips> {
  let known = seen
  const tips = await untilWon(async () => {
    const before = known ?? (await readTips(repo))
    known = undefined
    if (isAllFolded(repo, before)) return before
    let local: Tips = before
    for (const remote of remotesOf(before)) local = await foldRemote(repo, local, remote)
    const updates = SHARED_REFS.map((ref) => ({ ref, from: before.get(ref), to: local.get(ref) }))
    return (await updateRefs(repo, updates, 'git-model: merge what was fetched')) ? local : undefined
  })
  markFolded(repo.commonDir, fetchedState(tips))
  return tips
}

// The marker alone would not do: somebody may have deleted a ref of ours, and what remotes have brings it back.
function isAllFolded(repo: Repository, tips: Tips): boolean {
  const isThere = remotesOf(tips).every((remote) =>
    SHARED_REFS.every((ref) => tips.has(ref) || !tips.has(trackingRef(remote, ref))),
  )
  return isThere && isFolded(repo.commonDir, fetchedState(tips))
}

/** Lists the remotes of which something was fetched. */
export function remotesOf(tips: Tips): string[] {
  const names = [...tips.keys()]
    .filter((ref) => ref.startsWith(REMOTES))
    .map((ref) => ref.slice(REMOTES.length).replace(/\/(?:runs|notes\/[^/]+)$/, ''))
  return [...new Set(names)]
}

async function foldRemote(repo: Repository, local: Tips, remote: string): Promise<Tips> {
  const next = new Map(local)
  const diverged: Diverged[] = []
  const moved = SHARED_REFS.flatMap((ref) => {
    const [ours, theirs] = [local.get(ref), local.get(trackingRef(remote, ref))]
    if (theirs !== undefined && ours === undefined) next.set(ref, theirs)
    return ours === undefined || theirs === undefined || ours === theirs ? [] : [{ ref, ours, theirs }]
  })
  const bases = await mergeBases(
    repo,
    moved.map(({ ours, theirs }) => [ours, theirs]),
  )
  for (const [index, { ref, ours, theirs }] of moved.entries()) {
    const base = bases[index]
    if (base === ours) next.set(ref, theirs)
    else if (base !== theirs) diverged.push({ ref, ours, theirs, base })
  }
  if (diverged.length > 0) {
    for (const { ref, from: _, to } of await mergeAll(repo, remote, diverged, next)) next.set(ref, to!)
  }
  return next
}

async function mergeAll(
  repo: Repository,
  remote: string,
  diverged: readonly Diverged[],
  tips: Tips,
): Promise<RefUpdate[]> {
  const writer = new ObjectWriter(await committerIdentity(repo))
  const merged = await mergeNotes(
    repo,
    writer,
    diverged.filter(({ ref }) => ref !== KEEP),
    tips,
  )
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
  return planned.map(({ ref, from, name }) => ({ ref, from, to: oidOf(name) }))
}
