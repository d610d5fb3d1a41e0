import { setTimeout as sleep } from 'node:timers/promises'
import { ModelError } from '../domain/errors.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { readRemoteTrouble } from '../domain/remote-trouble.ts'
import type { Oid } from '../domain/run.ts'
import { maskShapes } from '../domain/secret-shapes.ts'
import { withLock } from '../git/lock.ts'
import { diffNotes, type NoteChange } from '../git/notes.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Tips } from '../git/read-tips.ts'
import { CARDS_NOTES, RUNS_NOTES, SHARED_REFS, type SharedRef } from '../git/refs.ts'
import { chooseRemote, fetchMetadata, pushMetadata, rememberAddress, trackingIn } from '../git/remotes.ts'
import type { LfsStore } from '../lfs/lfs-store.ts'
import { listPins } from '../lfs/pin.ts'
import { uploadObjects } from '../lfs/transfer.ts'
import { foldFetched } from '../store/fold-fetched.ts'
import { refusedError } from '../store/refused-refs.ts'
import type { Store } from '../store/open-store.ts'
import { refreshDigests } from '../store/refresh-digests.ts'
import { findProducers } from '../store/runs.ts'
import { syncPrefix } from '../store/sync-prefix.ts'
import { decodeText } from '../store/decode-run.ts'
import { cardConflicts, type CardConflictAt } from './card-conflicts.ts'
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

/** How long to go on when others push all the time, and how long to wait at most after a lost race, in milliseconds. */
const PATIENCE = 600_000
const LONGEST_WAIT = 2000

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
  const prefix = await syncPrefix(store.repo)
  return withLock(store.repo.commonDir, 'sync', async () => {
    const end = store.world.now() + PATIENCE
    let refused: Refused | undefined
    for (let attempt = 1; ; attempt++) {
      progress(attempt === 1 ? `fetching from ${remote}` : `${remote} moved: attempt ${attempt}`)
      await fetchMetadata(store.repo, remote, prefix)
      const { tips: merged, refused: untaken } = await foldFetched(store.repo)
      const hostile = untaken.find((one) => one.remote === remote)
      if (hostile !== undefined) throw refusedError(hostile, prefix)
      if (refused !== undefined) checkMoved(refused, { remote, prefix, merged, attempt })
      if (store.world.now() > end) throw lostEveryRace(remote, attempt - 1)
      const result = await push(store, remote, prefix, merged, progress)
      if ('sent' in result) {
        // Our own push moved the tracking refs: note that nothing in them is news.
        const { tips } = await foldFetched(store.repo)
        await rememberAddress(store.repo, remote)
        await refreshDigests({ ...store, tips })
        const received = await countReceived(store, tips)
        const conflicts = await cardConflicts(store, store.tips.get(CARDS_NOTES), tips.get(CARDS_NOTES))
        return { remote, received, sent: result.sent, conflicts }
      }
      refused = result
      // Who lost often waits less: otherwise those who come fresh win every time.
      await sleep((Math.random() * LONGEST_WAIT) / attempt)
    }
  })
}

interface Refused {
  said: string
  /** Where the remote stood when we pushed, as far as we knew. */
  before: Map<SharedRef, Oid>
}

async function push(
  store: Store,
  remote: string,
  prefix: string | undefined,
  tips: Tips,
  progress: SyncProgress,
): Promise<{ sent: SyncResult['sent'] } | Refused> {
  const before = trackingIn(tips, remote)
  const refs = SHARED_REFS.flatMap((ref) => {
    const oid = tips.get(ref)
    return oid === undefined || oid === before.get(ref) ? [] : [{ ref, oid }]
  })
  const runs = await changedRuns(store, before.get(RUNS_NOTES), tips.get(RUNS_NOTES))
  const lfs = await openLfsStore(store.repo)
  const oids = await withPinned(
    store,
    tips,
    lfs,
    runs.flatMap(({ oids: produced }) => produced),
  )
  if (oids.length > 0) progress(`uploading ${oids.length} files to ${remote}`)
  const objects = oids.length === 0 ? 0 : await uploadObjects(store.repo.root, lfs, remote, oids)
  if (refs.length === 0) return { sent: { runs: 0, cards: 0, objects } }
  progress(`pushing to ${remote}`)
  const result = await pushMetadata(store.repo, remote, refs, prefix)
  if (!result.done) return { said: result.said, before }
  const cards = await countChanges(store, before.get(CARDS_NOTES), tips.get(CARDS_NOTES))
  return { sent: { runs: runs.length, cards, objects } }
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

async function changedRuns(
  store: Store,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<{ run: Oid; oids: string[] }[]> {
  if (to === undefined) return []
  const changes = (await diffNotes(store.repo, from, to)).filter(({ after }) => after.length > 0)
  const after = await producedBy(store, changes, (change) => change.after[0])
  const before = await producedBy(store, changes, (change) => change.before[0])
  return changes.map(({ target }, index) => {
    const known = new Set(before[index])
    return { run: target, oids: after[index]!.filter((oid) => !known.has(oid)) }
  })
}

/** Reads which LFS objects the records of some notes name. */
async function producedBy(
  store: Store,
  changes: readonly NoteChange[],
  blobOf: (change: NoteChange) => Oid | undefined,
): Promise<string[][]> {
  const objects = await readObjects(
    store.repo,
    changes.map((change) => blobOf(change) ?? ''),
  )
  return changes.map(({ target }, index) => {
    const text = objects[index]?.content.toString('utf8')
    const decoded = text === undefined ? undefined : decodeText(target, text)
    const record = decoded !== undefined && 'record' in decoded ? decoded.record : undefined
    return (record?.outputs?.files ?? []).map(({ oid }) => oid.replace('sha256:', ''))
  })
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
function checkMoved(
  { said, before }: Refused,
  after: { remote: string; prefix: string | undefined; merged: Tips; attempt: number },
): void {
  const now = trackingIn(after.merged, after.remote)
  if (SHARED_REFS.some((ref) => now.get(ref) !== before.get(ref))) return
  const isLocked =
    /cannot lock ref|failed to update ref|fetch first|non-fast-forward|incorrect old value/.test(said)
  if (!isLocked || after.attempt > 4) throw refusal(after.remote, after.prefix, said)
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
