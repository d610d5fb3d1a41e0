import { setTimeout as sleep } from 'node:timers/promises'
import { ModelError } from '../domain/errors.ts'
import { readRemoteTrouble } from '../domain/remote-trouble.ts'
import { maskShapes } from '../domain/secret-shapes.ts'
import { countChanges } from '../git/count-changes.ts'
import { withLock } from '../git/lock.ts'
import { readTipsOf, type Tips } from '../git/read-tips.ts'
import { CARDS_NOTES, RUNS_NOTES, SHARED_REFS, trackingRef } from '../git/refs.ts'
import { chooseRemote, fetchMetadata, pushAddress, rememberAddress, trackingIn } from '../git/remotes.ts'
import { foldFetched } from '../store/fold-fetched.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'
import { refreshDigests } from '../store/refresh-digests.ts'
import { refusedError } from '../store/refused-refs.ts'
import { syncPrefix } from '../store/sync-prefix.ts'
import type { CardConflictAt } from './card-conflicts.ts'
import { changesToPush, pushChanges, type Destination, type Pushed, type Refused } from './push-changes.ts'

/** What a sync did. */
export interface SyncResult {
  remote: string
  /** Runs and cards that came, new or changed. */
  received: { runs: number; cards: number }
  sent: Pushed['sent']
  /** How many commits of what was sent are not here: their records went without them. */
  gone: number
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
  const [remote, prefix, lfs] = await Promise.all([
    chooseRemote(store.repo, asked),
    syncPrefix(store.repo),
    openLfsStore(store.repo),
  ])
  return withLock(store.repo.commonDir, 'sync', async () => {
    const destination: Destination = { remote, prefix, lfs, offered: new Set() }
    // Mostly the remote has no news: what there is to push is found out while it is asked.
    void changesToPush(store, destination, store.tips)
    const address = pushAddress(store.repo, remote)
    address.catch(() => undefined)
    const end = store.world.now() + PATIENCE
    let refused: Refused | undefined
    let unmoved = 0
    for (let attempt = 1; ; attempt++) {
      progress(attempt === 1 ? `fetching from ${remote}` : `${remote} moved: attempt ${attempt}`)
      const start = store.world.now()
      // What was refused before is refused by the remote too, and then it is looked for.
      const merged = await fetchAndFold(store, destination, refused === undefined)
      if (refused !== undefined) {
        unmoved = hasMoved(refused, remote, merged) ? 0 : unmoved + 1
        if (unmoved > 0 && (!isRace(refused) || unmoved > MOST_UNMOVED))
          throw refusal(remote, destination.prefix, refused.said)
      }
      if (store.world.now() > end) throw lostEveryRace(remote, attempt - 1)
      const result = await pushChanges(store, destination, merged, progress)
      if ('sent' in result) return finish(store, remote, await address, result)
      refused = result
      await sleep(Math.random() * longestWait(attempt, store.world.now() - start))
    }
  })
}

async function fetchAndFold(
  { repo, tips: before }: Store,
  { remote, prefix }: Destination,
  forgets: boolean,
): Promise<Tips> {
  await fetchMetadata(repo, remote, prefix)
  const ours = SHARED_REFS.flatMap((ref) => [ref, trackingRef(remote, ref)])
  const seen = await readTipsOf(repo, new Set([...before.keys(), ...ours]))
  const { tips, refused } = await foldFetched(repo, { seen, forgets })
  const hostile = refused.find((one) => one.remote === remote)
  if (hostile !== undefined) throw refusedError(hostile, prefix)
  return tips
}

// The more attempts there are at once, the longer each takes and the more of them are in vain: who lost gives way, each
// time for longer, until only so many are left that most of them win.
function longestWait(attempt: number, took: number): number {
  return Math.min(Math.min(took, SHORTEST_WAIT) * 2 ** (attempt - 1), LONGEST_WAIT)
}

async function finish(
  store: Store,
  remote: string,
  address: string,
  { sent, gone, tips }: Pushed,
): Promise<SyncResult> {
  // Our own push moved the tracking refs: note that nothing in them is news.
  await foldFetched(store.repo, { seen: tips, forgets: true })
  rememberAddress(store.repo, remote, address)
  await refreshDigests({ ...store, tips })
  const received = await countReceived(store, tips)
  return { remote, received, sent, gone, conflicts: await newConflicts(store, tips) }
}

async function newConflicts(store: Store, tips: Tips): Promise<CardConflictAt[]> {
  const [before, after] = [store.tips.get(CARDS_NOTES), tips.get(CARDS_NOTES)]
  if (before === after) return []
  const { cardConflicts } = await import('./card-conflicts.ts')
  return cardConflicts(store, before, after)
}

async function countReceived(store: Store, tips: Tips): Promise<SyncResult['received']> {
  return {
    runs: await countChanges(store.repo, store.tips.get(RUNS_NOTES), tips.get(RUNS_NOTES)),
    cards: await countChanges(store.repo, store.tips.get(CARDS_NOTES), tips.get(CARDS_NOTES)),
  }
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
