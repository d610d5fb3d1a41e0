import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { World } from '../domain/world.ts'
import { removeDrivers } from '../git/drivers.ts'
import { removeRefspecs } from '../git/fetch-refspecs.ts'
import { readGitConfig, unsetConfig } from '../git/git-config.ts'
import { hooksFolder, removeHooks, type RemovedHooks } from '../git/hooks.ts'
import { readTips } from '../git/read-tips.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { openStore } from '../store/open-store.ts'
import { hideDigests } from './show-digests.ts'
import { removeLfs, type LfsRemoval } from './set-up-lfs.ts'

/** What was taken away, and what stays. */
export interface Removed {
  /** The top of the work tree. */
  root: string
  hooks: RemovedHooks
  /** Remotes whose refspecs of ours are gone. */
  remotes: string[]
  lfs: LfsRemoval
  /** Whether git's configuration had values of ours. */
  config: boolean
  /** Metadata refs, which stay. */
  refs: string[]
  /** Folders with data that is nowhere else: journals of runs and pinned weights. They stay. */
  kept: string[]
}

/** Takes away what `git model init` set up, but not the tracked files and not what was recorded. */
export async function removeModel(world: World): Promise<Removed> {
  const repo = await openRepository(world)
  // What has ended or was fetched goes into the notes first, as nobody would do it later.
  await openStore(world).catch(() => undefined)
  const config = await readGitConfig(repo)
  const folders = new Set([await hooksFolder(repo), path.join(repo.commonDir, 'hooks')])
  const hooks: RemovedHooks = { removed: [], restored: [], left: [] }
  for (const folder of folders) {
    const { removed, restored, left } = await removeHooks(folder)
    hooks.removed = [...new Set([...hooks.removed, ...removed])]
    hooks.restored = [...new Set([...hooks.restored, ...restored])]
    hooks.left.push(...left)
  }
  const remotes = await removeRefspecs(repo, config)
  const lfs = await removeLfs(repo, config)
  const hadDrivers = await removeDrivers(repo, config)
  const hadConfig = config.entries.some(({ scope, key }) => scope === 'local' && OWN_KEYS.includes(key))
  await hideDigests(repo, config)
  for (const key of OWN_KEYS) await unsetConfig(repo, key)
  return {
    root: repo.root,
    hooks,
    remotes,
    lfs,
    config: hadConfig || hadDrivers,
    refs: [...(await readTips(repo)).keys()],
    kept: clearFolder(repo),
  }
}

const OWN_KEYS = ['model.program', 'model.lfs']
const DATA = ['journal', 'pins']

// Everything below <git>/model can be made again, except for journals and pins.
function clearFolder(repo: Repository): string[] {
  const root = path.join(repo.commonDir, 'model')
  if (!existsSync(root)) return []
  const kept = DATA.map((name) => path.join(root, name)).filter((folder) => !isEmpty(folder))
  for (const name of readdirSync(root)) {
    const entry = path.join(root, name)
    if (!kept.includes(entry)) rmSync(entry, { recursive: true, force: true })
  }
  if (kept.length === 0) rmdirSync(root)
  return kept
}

function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0
}
