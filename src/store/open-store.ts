import { existsSync } from 'node:fs'
import path from 'node:path'
import { isModelError, ModelError, type ErrorCode } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { prepareCatFile } from '../git/cat-file.ts'
import { clearStaleLocks } from '../git/lock.ts'
import { fetchedState, readTips, type Tips } from '../git/read-tips.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { hasFoldableJournals } from './foldable-journals.ts'
import { isFolded } from './folded-state.ts'
import { unlessUnwritable } from './unless-unwritable.ts'

/** What git-model keeps in a repository, as it stood when the store was opened. */
export interface Store {
  readonly repo: Repository
  readonly world: World
  /** Where our refs stand. */
  readonly tips: Tips
  /** Why something that was fetched, or that ended, could not be folded in: nothing can be written. */
  readonly unfolded?: ModelError
}

/**
 * Opens the store of the repository that the user stands in. What was fetched and what has ended since is
 * folded into the notes first, so that every reader sees everything.
 *
 * @throws ModelError `not-a-repository`, `bare-repository`, `git-missing`.
 */
export async function openStore(world: World): Promise<Store> {
  // All at once: a process of git takes longer to start than to answer.
  const tips = readTips({ root: world.cwd })
  tips.catch(() => undefined)
  const opening = openRepository(world)
  const objects = prepareCatFile(world.cwd)
  const repo = await opening
  objects.adopt(repo.root)
  const store = { repo, world, tips: await tips }
  // Where nothing can be written what is there can still be read, and who writes is told why that fails.
  return (await unlessUnwritable(() => settleStore(store))) ?? store
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

function asUnwritable(error: unknown): ModelError | undefined {
  if (isModelError(error)) return UNWRITABLE.includes(error.code) ? error : undefined
  const { code = '', message } = error as NodeJS.ErrnoException
  const isFull = ['ENOSPC', 'EDQUOT'].includes(code)
  if (!isFull && !['EACCES', 'EPERM', 'EROFS'].includes(code)) return undefined
  return new ModelError(isFull ? 'disk-full' : 'write-failed', message, { cause: error })
}

const UNWRITABLE: readonly ErrorCode[] = ['disk-full', 'write-failed']

async function settle(store: Store): Promise<Store> {
  let { tips } = store
  if (existsSync(path.join(store.repo.commonDir, 'model'))) {
    clearStaleLocks(store.repo.commonDir)
    if (hasFoldableJournals(store.repo.commonDir, store.world.now())) {
      const { foldJournals } = await import('./fold-journals.ts')
      await foldJournals(store.repo, store.world)
      tips = await readTips(store.repo)
    }
  }
  if (!isFolded(store.repo.commonDir, fetchedState(tips))) {
    const { foldFetched } = await import('./fold-fetched.ts')
    tips = (await foldFetched(store.repo)).tips
  }
  const settled = { ...store, tips }
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
