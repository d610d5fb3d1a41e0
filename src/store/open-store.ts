import { existsSync } from 'node:fs'
import path from 'node:path'
import type { World } from '../domain/world.ts'
import { clearStaleLocks } from '../git/lock.ts'
import { openWithTips } from '../git/open-with-tips.ts'
import { fetchedState, readTips } from '../git/read-tips.ts'
import { hasFoldableJournals } from './foldable-journals.ts'
import { isFolded } from './folded-state.ts'
import { asUnwritable } from './as-unwritable.ts'
import type { LeftRun } from './left-run.ts'
import type { Store } from './store.ts'

/**
 * Opens the store of the repository that the user stands in. What was fetched and what has ended since is
 * folded into the notes first, so that every reader sees everything.
 *
 * @throws ModelError `not-a-repository`, `bare-repository`, `git-missing`.
 */
export async function openStore(world: World): Promise<Store> {
  return settleStore({ world, ...(await openWithTips(world.cwd)) })
}

/**
 * Returns the store with everything folded in that was fetched or has ended, and its refs read anew. Where nothing can
 * be written, on a full disk for instance, it stays as it is: reading needs no room, and writing fails by itself.
 */
export async function settleStore(store: Store): Promise<Store> {
  try {
    return await settle(store)
  } catch (error) {
    const unfolded = asUnwritable(error)
    if (unfolded === undefined) throw error
    return { ...store, unfolded }
  }
}

async function settle(store: Store): Promise<Store> {
  let { tips } = store
  let left: readonly LeftRun[] = []
  if (existsSync(path.join(store.repo.commonDir, 'model'))) {
    clearStaleLocks(store.repo.commonDir)
    if (hasFoldableJournals(store.repo.commonDir, store.world.now())) {
      const { foldJournals } = await import('./fold-journals.ts')
      left = (await foldJournals(store.repo, store.world)).left
      tips = await readTips(store.repo)
    }
  }
  if (!isFolded(store.repo.commonDir, fetchedState(tips))) {
    const { foldFetched } = await import('./fold-fetched.ts')
    tips = (await foldFetched(store.repo)).tips
  }
  const settled = { ...store, tips, left }
  if (tips !== store.tips) {
    const { refreshDigests } = await import('./refresh-digests.ts')
    await refreshDigests(settled)
  }
  return settled
}

/** Returns the store with its refs read anew. */
export async function refreshStore(store: Store): Promise<Store> {
  return { ...store, tips: await readTips(store.repo) }
}
