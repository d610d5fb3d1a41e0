import { sha256Name } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import { countChanges } from '../git/count-changes.ts'
import { findUnkept, type Unkept } from '../git/find-unkept.ts'
import type { Tips } from '../git/read-tips.ts'
import {
  CARDS_NOTES,
  EXPERIMENTS_NOTES,
  KEEP,
  REGISTRY_NOTES,
  RUNS_NOTES,
  SHARED_REFS,
  trackingRef,
  type SharedRef,
} from '../git/refs.ts'
import { isShallow, pushMetadata, trackingIn } from '../git/remotes.ts'
import type { LfsStore } from '../lfs/lfs-store.ts'
import { listPins, restorePinned, unpin } from '../lfs/pin.ts'
import { keepAgain } from '../store/keep-again.ts'
import type { Store } from '../store/store.ts'
import { publishedChanges, type PublishedChanges } from '../store/published-changes.ts'
import { findProducers } from '../store/runs.ts'

/** Where metadata goes. */
export interface Destination {
  remote: string
  prefix: string | undefined
  lfs: LfsStore
  /** What a push brings, by where the notes of runs and the keep chain stand; the last that was asked for. */
  changes?: { between: string; found: Promise<ChangesToPush> }
  /** The contents that were offered to it: another attempt has less to do before it pushes. */
  offered: Set<string>
}

/** What a push brings to a remote, and which commits of these runs would not come along. */
export type ChangesToPush = PublishedChanges & Unkept

/**
 * Returns what a push brings to a remote. To ask again costs nothing, as long as neither side has moved.
 */
export function changesToPush(store: Store, destination: Destination, tips: Tips): Promise<ChangesToPush> {
  const [from, to] = [tips.get(trackingRef(destination.remote, RUNS_NOTES)), tips.get(RUNS_NOTES)]
  const between = [from, to, tips.get(KEEP)].join(' ')
  const known = destination.changes
  if (known?.between === between) return known.found
  const found = findChanges(store, destination.lfs, {
    from,
    to,
    keep: tips.get(KEEP),
    known: tips.get(trackingRef(destination.remote, KEEP)),
  })
  // Nobody may ask for it again.
  found.catch(() => undefined)
  destination.changes = { between, found }
  return found
}

async function findChanges(
  { repo }: Store,
  lfs: LfsStore,
  { from, to, keep, known }: Readonly<Record<'from' | 'to' | 'keep' | 'known', Oid | undefined>>,
): Promise<ChangesToPush> {
  const changes = await publishedChanges(repo, lfs, from, to)
  return { ...changes, ...(await findUnkept(repo, keep, changes.commits, known)) }
}

/** A push that was taken. */
export interface Pushed {
  /** Records that went, new or changed, and LFS objects that were offered. */
  sent: { runs: number; cards: number; experiments: number; models: number; objects: number }
  /** How many commits of these runs are not here, and so did not go. */
  gone: number
  /** Where the refs stand now. */
  tips: Tips
}

const NOTHING = { runs: 0, cards: 0, experiments: 0, models: 0 }

/** A push that was not taken. */
export interface Refused {
  said: string
  /** Where the remote stood when we pushed, as far as we knew. */
  before: Map<SharedRef, Oid>
}

/**
 * Uploads the content of new outputs, then pushes all refs at once.
 *
 * @param merged - where the refs stand, with all that the remote has folded in.
 * @throws ModelError `lfs-failed`.
 */
export async function pushChanges(
  store: Store,
  destination: Destination,
  merged: Tips,
  progress: (step: string) => void,
): Promise<Pushed | Refused> {
  const { remote, prefix, lfs, offered } = destination
  const { runs, oids, loose, gone } = await changesToPush(store, destination, merged)
  const tips = await withKept(store, merged, loose)
  const before = trackingIn(tips, remote)
  const refs = SHARED_REFS.flatMap((ref) => {
    const oid = tips.get(ref)
    return oid === undefined || oid === before.get(ref) ? [] : [{ ref, oid }]
  })
  await upload(store, tips, destination, oids, progress)
  if (refs.length > 0) {
    progress(`pushing to ${remote}`)
    const result = await pushMetadata(store.repo, remote, refs, prefix)
    if (!result.done) return { said: result.said, before }
  }
  // Only now: the remote has the contents, and the records that keep them there.
  for (const oid of offered) unpin(lfs, oid)
  if (refs.length === 0) return { sent: { ...NOTHING, objects: offered.size }, gone: 0, tips }
  const count = (ref: SharedRef): Promise<number> => countChanges(store.repo, before.get(ref), tips.get(ref))
  const [cards, experiments, models] = await Promise.all(
    ([CARDS_NOTES, EXPERIMENTS_NOTES, REGISTRY_NOTES] as const).map(count),
  )
  const sent = {
    runs,
    cards: cards!,
    experiments: experiments!,
    models: models!,
    objects: offered.size,
  }
  return { sent, gone: isShallow(store.repo) ? 0 : gone.length, tips: withPushed(tips, remote, refs) }
}

// Records without their commits would look safe on the remote, and the next gc would take the commits here.
async function withKept({ repo }: Store, tips: Tips, loose: readonly Oid[]): Promise<Tips> {
  if (loose.length === 0) return tips
  const keep = await keepAgain(repo, loose)
  return keep === undefined ? tips : new Map([...tips, [KEEP, keep]])
}

/**
 * Uploads the content of new outputs and pushes nothing, as where git is about to push our refs by itself.
 *
 * @throws ModelError `lfs-failed`.
 */
export async function uploadChanges(
  store: Store,
  destination: Destination,
  progress: (step: string) => void,
): Promise<void> {
  const { oids } = await changesToPush(store, destination, store.tips)
  await upload(store, store.tips, destination, oids, progress)
}

async function upload(
  store: Store,
  tips: Tips,
  { remote, lfs, offered }: Destination,
  produced: readonly string[],
  progress: (step: string) => void,
): Promise<void> {
  const wanted = await withPinned(store, tips, lfs, produced)
  const oids = wanted.filter((oid) => !offered.has(oid) && restorePinned(lfs, oid))
  if (oids.length === 0) return
  progress(`uploading ${oids.length} files to ${remote}`)
  const { uploadObjects } = await import('../lfs/transfer.ts')
  await uploadObjects(store.repo.root, remote, oids)
  for (const oid of oids) offered.add(oid)
}

// In the order in which git lists refs.
function withPushed(tips: Tips, remote: string, refs: readonly { ref: SharedRef; oid: Oid }[]): Tips {
  const moved = new Map(tips)
  for (const { ref, oid } of refs) moved.set(trackingRef(remote, ref), oid)
  return new Map([...moved].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Adds what is still pinned and some record names: the remote can have the record without its content, as where
 * plain git pushed the notes.
 */
async function withPinned(
  store: Store,
  tips: Tips,
  lfs: LfsStore,
  oids: readonly string[],
): Promise<string[]> {
  const offered = new Set(oids)
  const pinned = listPins(lfs).filter((oid) => !offered.has(oid))
  if (pinned.length === 0) return [...offered]
  const runs = await findProducers({ ...store, tips }, pinned.map(sha256Name))
  const named = new Set(runs.flatMap(({ record }) => record.outputs?.files ?? []).map(({ oid }) => oid))
  return [...offered, ...pinned.filter((oid) => named.has(sha256Name(oid)))]
}
