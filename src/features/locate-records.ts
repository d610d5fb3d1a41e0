import { isModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { diffNotes, listNotes } from '../git/notes.ts'
import { fetchedState, listTips } from '../git/read-tips.ts'
import {
  CARDS_NOTES,
  EXPERIMENTS_NOTES,
  REGISTRY_NOTES,
  RUNS_NOTES,
  trackingRef,
  type SharedRef,
} from '../git/refs.ts'
import { chooseRemote, tipsOfAddress } from '../git/remotes.ts'
import { openRepository } from '../git/repository.ts'
import { listPins } from '../lfs/pin.ts'
import { hasObject } from '../lfs/transfer.ts'
import { isFolded } from '../store/folded-state.ts'
import { metadataState } from '../store/metadata-state.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'
import { askRuns } from '../store/run-index.ts'
import type { StoredRun } from '../store/runs.ts'
import { unpushedRuns, type UnpushedRun } from './unpushed-runs.ts'

/** Where the records of one kind are. */
export interface Located {
  /** `files` are the contents of runs' outputs and artifacts, each counted once. */
  kind: 'runs' | 'cards' | 'experiments' | 'registered models' | 'files'
  total: number
  here: number
  /** How many the remote has, as far as this clone knows. */
  there: number
  /** How many are in this clone and nowhere else that it knows of. */
  alone: number
  /** How many are neither here nor, as far as this clone knows, on the remote. */
  missing: number
}

/** Where everything is that was recorded. */
export interface Locations {
  /** The remote that is meant; undefined where there is none. */
  remote: string | undefined
  kinds: Located[]
  /** Runs that have not ended: in their journals, in this clone alone. */
  running: number
  /** Runs that have ended and are still in their journals, where nothing can be written: in this clone alone. */
  unfolded: number
  /** Whether there is nothing here, and nothing was ever fetched: a remote may have some. */
  unfetched: boolean
  /** Whether something was fetched that is not folded in yet. */
  waiting: boolean
}

/** Tells where everything is that was recorded, without asking the remote. */
export async function locateRecords(world: World): Promise<Locations> {
  const repo = await openRepository(world)
  const [{ tips: all }, remote] = await Promise.all([listTips(repo), knownRemote(repo)])
  const tips = await tipsOfAddress(repo, all, remote)
  const store: Store = { repo, world, tips }
  const [{ stored, inJournals }, runs, cards, experiments, models, unpushed] = await Promise.all([
    askRuns(store, async (table) => ({
      stored: await table.load(table.rows),
      inJournals: table.rows.filter((row) => !table.isNoted(row)).length,
    })),
    locateNotes(store, remote, RUNS_NOTES),
    locateNotes(store, remote, CARDS_NOTES),
    locateNotes(store, remote, EXPERIMENTS_NOTES),
    locateNotes(store, remote, REGISTRY_NOTES),
    unpushedRuns(repo, tips, remote),
  ])
  const ended = stored.filter(({ live }) => !live)
  const files = await locateFiles(store, ended, unpushed, remote !== undefined)
  return {
    remote,
    kinds: [
      { kind: 'runs', ...runs },
      { kind: 'cards', ...cards },
      { kind: 'experiments', ...experiments },
      { kind: 'registered models', ...models },
      { kind: 'files', ...files },
    ],
    running: stored.length - ended.length,
    unfolded: inJournals - (stored.length - ended.length),
    unfetched: await isUnfetched(store),
    waiting: !isFolded(repo.commonDir, fetchedState(tips)),
  }
}

async function isUnfetched(store: Store): Promise<boolean> {
  const states = await Promise.all([metadataState(store, 'runs'), metadataState(store, 'cards')])
  return states.every((state) => state === 'unfetched')
}

async function locateNotes(
  { repo, tips }: Store,
  remote: string | undefined,
  ref: SharedRef,
): Promise<Omit<Located, 'kind'>> {
  const tip = tips.get(ref)
  const there = remote === undefined ? undefined : tips.get(trackingRef(remote, ref))
  const total = tip === undefined ? 0 : new Set((await listNotes(repo, tip)).map(({ target }) => target)).size
  const changes = tip === undefined ? [] : await diffNotes(repo, there, tip)
  const alone = changes.filter(({ after }) => after.length > 0).length
  return { total, here: total, there: total - alone, alone, missing: 0 }
}

async function locateFiles(
  { repo }: Store,
  runs: readonly StoredRun[],
  unpushed: readonly UnpushedRun[],
  hasRemote: boolean,
): Promise<Omit<Located, 'kind'>> {
  const lfs = await openLfsStore(repo)
  const pinned = new Set(listPins(lfs))
  const missing = new Map(unpushed.map(({ run, files }) => [run, new Set(files.map(({ oid }) => oid))]))
  // Content is pinned until the remote has it, and the record that names it.
  const published = new Map<string, boolean>()
  for (const { record } of runs) {
    for (const { oid, size } of record.outputs?.files ?? []) {
      const name = oid.replace('sha256:', '')
      const isThere = hasRemote && missing.get(record.run)?.has(oid) !== true && !pinned.has(name)
      if (size > 0) published.set(name, isThere || published.get(name) === true)
    }
  }
  const files = [...published].map(([name, isThere]) => ({ isHere: hasObject(lfs, name), isThere }))
  return {
    total: files.length,
    here: files.filter(({ isHere }) => isHere).length,
    there: files.filter(({ isThere }) => isThere).length,
    alone: files.filter(({ isHere, isThere }) => isHere && !isThere).length,
    missing: files.filter(({ isHere, isThere }) => !isHere && !isThere).length,
  }
}

async function knownRemote(repo: Store['repo']): Promise<string | undefined> {
  try {
    return await chooseRemote(repo)
  } catch (error) {
    if (isModelError(error, 'no-remote')) return undefined
    throw error
  }
}
