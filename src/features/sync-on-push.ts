import { isModelError, type ModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { addRefspecs, configuredRemotes } from '../git/fetch-refspecs.ts'
import { readGitConfig } from '../git/git-config.ts'
import { readConfig } from '../store/config.ts'
import { openStore } from '../store/open-store.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { syncPrefix } from '../store/sync-prefix.ts'
import { uploadChanges } from './push-changes.ts'
import { syncMetadata, type SyncResult } from './sync-metadata.ts'

/** What pushing runs and cards along with code came to. */
export interface PushAlong {
  /** What was exchanged; absent where nothing was tried, or it failed. */
  result?: SyncResult
  /** Whether git fetch brings the remote's metadata from now on. */
  wired: boolean
  error?: ModelError
  /** Whether the push of the code is to stop. */
  stops: boolean
}

/**
 * Pushes runs and cards along with code, as `sync.push` of `.gitmodel.yaml` says: `off` does not try, `warn`
 * never stops the code, `block` stops it when the metadata did not arrive.
 *
 * @param remote - the remote's name, as git tells its pre-push hook.
 * @param options - `objects`: git pushes refs of ours by itself, and only the files of runs are uploaded before.
 */
export async function syncOnPush(
  world: World,
  remote: string,
  progress: (step: string) => void = () => {},
  options: { objects?: boolean } = {},
): Promise<PushAlong> {
  let stops = false
  try {
    const store = await openStore(world)
    const policy = (await readConfig(store.repo)).sync?.push ?? 'warn'
    if (policy === 'off') return { wired: false, stops: false }
    stops = policy === 'block'
    const config = await readGitConfig(store.repo)
    if (!configuredRemotes(config).includes(remote)) return { wired: false, stops: false }
    if (options.objects === true) {
      const [prefix, lfs] = await Promise.all([syncPrefix(store.repo), openLfsStore(store.repo)])
      await uploadChanges(store, { remote, prefix, lfs, offered: new Set() }, progress)
      return { wired: false, stops: false }
    }
    const wired = (await addRefspecs(store.repo, remote, await syncPrefix(store.repo))).length > 0
    return { result: await syncMetadata(store, remote, progress), wired, stops: false }
  } catch (error) {
    if (isModelError(error)) return { wired: false, error, stops }
    throw error
  }
}
