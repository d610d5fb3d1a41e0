import { setTimeout as sleep } from 'node:timers/promises'
import { ModelError } from '../domain/errors.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { readRemoteTrouble } from '../domain/remote-trouble.ts'
import type { Oid } from '../domain/run.ts'
import { maskShapes } from '../domain/secret-shapes.ts'
import { withLock } from '../git/lock.ts'
import { diffNotes } from '../git/notes.ts'
import type { Tips } from '../git/read-tips.ts'
import { CARDS_NOTES, RUNS_NOTES, SHARED_REFS, trackingRef, type SharedRef } from '../git/refs.ts'
import { chooseRemote, fetchMetadata, pushMetadata, rememberAddress, trackingIn } from '../git/remotes.ts'
import type { LfsStore } from '../lfs/lfs-store.ts'
import { listPins, restorePinned } from '../lfs/pin.ts'
import { foldFetched } from '../store/fold-fetched.ts'
import { refusedError } from '../store/refused-refs.ts'
import type { Store } from '../store/open-store.ts'
import { refreshDigests } from '../store/refresh-digests.ts'
import { findProducers } from '../store/runs.ts'
import { syncPrefix } from '../store/sync-prefix.ts'
import { publishedChanges } from '../store/published-changes.ts'
import type { CardConflictAt } from './card-conflicts.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'

/** What a sync did. */
export interface SyncResult {
  remote: string
  /** Runs and cards that came, new or changed. */
  received: { runs: number; cards: number }
  /** Runs and cards that went, new or changed, and LFS objects that were offered. */
  sent: { runs: number; cards: number; objects: number }
  /** Fields of cards that both sides changed to different values: both are kept until somebody decides. */
  conflicts: CardConflictAt[]
}

/** What a sync reports while it works. */
export type SyncProgress = (step: string) => void

/** How long to go on when others push all the time, in milliseconds. */
const PATIENCE = 600_000
/** How long to wait at most after a lost race, in milliseconds: after the first one, and after many. */
const SHORTEST_WAIT = 2000
const LONGEST_WAIT = 30_000
/** How often a push is refused in a row while the remote stands where it stood, before that is no race. */
const MOST_UNMOVED = 4

/**
 * Brings a remote and this clone to the same metadata: fetches, merges, uploads the content of new outputs,
 * then pushes all refs at once, and starts over when somebody else pushed meanwhile.
 *
 * @param asked - the remote; by default the branch's own, `origin`, or the only one.
 * @throws ModelError `no-remote`, `remote-unreachable`, `remote-refused`, `lfs-failed`, `sync-race`,
 *   `note-invalid` where the remote has what cannot be taken.
 */
export async function syncMetadata(
  store: Store,
  asked?: string,
  progress: SyncProgress = () => {},
): Promise<SyncResult> {
  const remote = await chooseRemote(store.repo, asked)
  return withLock(store.repo.commonDir, 'sync', async () => {
    const destination: Destination = { remote, prefix: await syncPrefix(store.repo), offered: new Set() }
    const end = store.world.now() + PATIENCE
    let refused: Refused | undefined
    let unmoved = 0
    for (let attempt = 1; ; attempt++) {
      progress(attempt === 1 ? `fetching from ${remote}` : `${remote} moved: attempt ${attempt}`)
      const start = Date.now()
      const merged = await fetchAndFold(store, destination)
      if (refused !== undefined) {
        unmoved = hasMoved(refused, remote, merged) ? 0 : unmoved + 1
        if (unmoved > 0 && (!isRace(refused) || unmoved > MOST_UNMOVED))
          throw refusal(remote, destination.prefix, refused.said)
      }
      if (store.world.now() > end) throw lostEveryRace(remote, attempt - 1)
      const result = await push(store, destination, merged, progress)
      if ('sent' in result) return finish(store, remote, result)
      refused = result
      await sleep(Math.random() * longestWait(attempt, Date.now() - start))
    }
  })
}

/** Where metadata goes. */
interface Destination {
  remote: string
  prefix: string | undefined
  /** The contents that were offered to it: another attempt has less to do before it pushes. */
  offered: Set<string>
}

async function fetchAndFold({ repo }: Store, { remote, prefix }: Destination): Promise<Tips> {
  await fetchMetadata(repo, remote, prefix)
  const { tips, refused } = await foldFetched(repo)
  const hostile = refused.find((one) => one.remote === remote)
  if (hostile !== undefined) throw refusedError(hostile, prefix)
  return tips
}

// The more attempts there are at once, the longer each takes and the more of them are in vain: who lost gives way, each
// time for longer, until only so many are left that most of them win.
function longestWait(attempt: number, took: number): number {
  return Math.min(Math.min(took, SHORTEST_WAIT) * 2 ** (attempt - 1), LONGEST_WAIT)
}

async function finish(store: Store, remote: string, { sent, tips }: Pushed): Promise<SyncResult> {
  // Our own push moved the tracking refs: note that nothing in them is news.
  await Promise.all([foldFetched(store.repo, tips), rememberAddress(store.repo, remote)])
  await refreshDigests({ ...store, tips })
  const received = await countReceived(store, tips)
  return { remote, received, sent, conflicts: await newConflicts(store, tips) }
}

async function newConflicts(store: Store, tips: Tips): Promise<CardConflictAt[]> {
  const [before, after] = [store.tips.get(CARDS_NOTES), tips.get(CARDS_NOTES)]
  if (before === after) return []
  const { cardConflicts } = await import('./card-conflicts.ts')
  return cardConflicts(store, before, after)
}

interface Pushed {
  sent: SyncResult['sent']
  /** Where the refs stand now. */
  tips: Tips
}

interface Refused {
  said: string
  /** Where the remote stood when we pushed, as far as we knew. */
  before: Map<SharedRef, Oid>
}

async function push(
  store: Store,
  { remote, prefix, offered }: Destination,
  tips: Tips,
  progress: SyncProgress,
): Promise<Pushed | Refused> {
  const before = trackingIn(tips, remote)
  const refs = SHARED_REFS.flatMap((ref) => {
    const oid = tips.get(ref)
    return oid === undefined || oid === before.get(ref) ? [] : [{ ref, oid }]
  })
  const { runs, oids } = await publishedChanges(store.repo, before.get(RUNS_NOTES), tips.get(RUNS_NOTES))
  await upload(store, tips, { remote, oids, offered, progress })
  if (refs.length === 0) return { sent: { runs: 0, cards: 0, objects: offered.size }, tips }
  progress(`pushing to ${remote}`)
  const result = await pushMetadata(store.repo, remote, refs, prefix)
  if (!result.done) return { said: result.said, before }
  const cards = await countChanges(store, before.get(CARDS_NOTES), tips.get(CARDS_NOTES))
  return { sent: { runs, cards, objects: offered.size }, tips: withPushed(tips, remote, refs) }
}

async function upload(
  store: Store,
  tips: Tips,
  to: { remote: string; oids: readonly string[]; offered: Set<string>; progress: SyncProgress },
): Promise<void> {
  const lfs = await openLfsStore(store.repo)
  const wanted = await withPinned(store, tips, lfs, to.oids)
  const oids = wanted.filter((oid) => !to.offered.has(oid) && restorePinned(lfs, oid))
  if (oids.length === 0) return
  to.progress(`uploading ${oids.length} files to ${to.remote}`)
  const { uploadObjects } = await import('../lfs/transfer.ts')
  await uploadObjects(store.repo.root, lfs, to.remote, oids)
  for (const oid of oids) to.offered.add(oid)
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

async function countReceived(store: Store, tips: Tips): Promise<SyncResult['received']> {
  return {
    runs: await countChanges(store, store.tips.get(RUNS_NOTES), tips.get(RUNS_NOTES)),
    cards: await countChanges(store, store.tips.get(CARDS_NOTES), tips.get(CARDS_NOTES)),
  }
}

async function countChanges(store: Store, from: Oid | undefined, to: Oid | undefined): Promise<number> {
  return to === undefined ? 0 : (await diffNotes(store.repo, from, to)).length
}

// Not the text of the refusal decides, but whether the remote moved: texts differ between hosts and versions.
function hasMoved({ before }: Refused, remote: string, merged: Tips): boolean {
  const now = trackingIn(merged, remote)
  return SHARED_REFS.some((ref) => now.get(ref) !== before.get(ref))
}

// Somebody else's push that goes on has its refs locked, and may come to nothing.
function isRace({ said }: Refused): boolean {
  return /cannot lock ref|failed to update ref|fetch first|non-fast-forward|incorrect old value/.test(said)
}

function lostEveryRace(remote: string, attempts: number): ModelError {
  return new ModelError('sync-race', `"${remote}" moved during each of ${attempts} pushes`, {
    hints: ['nothing is lost; try again: git model sync'],
    data: { remote, attempts },
  })
}

function refusal(remote: string, prefix: string | undefined, text: string): ModelError {
  const { said, hint } = readRemoteTrouble(text, remote)
  return new ModelError('remote-refused', `"${remote}" refused the metadata: ${said}`, {
    hints: [
      'nothing is lost: it stays here',
      ...(hint === undefined ? [] : [hint]),
      prefix === undefined
        ? 'where the host refuses refs/notes or refs/model, add to .gitmodel.yaml: sync: {prefix: refs/heads/git-model}'
        : `the team keeps its runs below ${prefix}: ask whether the host allows that`,
      `then: git model init && git model sync ${remote}`,
    ],
    data: { remote, said: maskShapes(text).slice(0, 2000) },
  })
}
