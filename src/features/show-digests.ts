import type { World } from '../domain/world.ts'
import { addConfig, unsetConfig, type GitConfig } from '../git/git-config.ts'
import { readTips } from '../git/read-tips.ts'
import { DIGESTS } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { readDigestState, writeDigestState } from '../store/digest-state.ts'
import { refreshDigests, removeDigests } from '../store/refresh-digests.ts'

/** The key of git's that says which notes `git log` shows. */
const DISPLAY = 'notes.displayref'

/** Tells whether somebody turned the digests off: `git config model.digest false`. */
export function areDigestsOff(config: GitConfig): boolean {
  return /^(?:false|no|off|0|)$/i.test(config.get('model.digest') ?? 'true')
}

/** Tells whether git is told to show digests. */
export function areDigestsDisplayed(config: GitConfig): boolean {
  return config.all(DISPLAY).includes(DIGESTS)
}

/** Tells whether `git log` shows digests, and they are kept up to date. */
export function areDigestsShown(repo: Pick<Repository, 'commonDir'>, config: GitConfig): boolean {
  return areDigestsDisplayed(config) && readDigestState(repo.commonDir) !== undefined
}

/** Lets `git log` show a line about the runs of each commit, or no longer where it is turned off. @returns whether that is news. */
export async function showDigests(world: World, repo: Repository, config: GitConfig): Promise<boolean> {
  if (areDigestsOff(config)) {
    await hideDigests(repo, config)
    return false
  }
  const isNews = !areDigestsShown(repo, config)
  if (!areDigestsDisplayed(config)) await addConfig(repo, 'notes.displayRef', DIGESTS)
  if (readDigestState(repo.commonDir) === undefined)
    writeDigestState(repo.commonDir, { tip: '', judge: '', view: '' })
  await refreshDigests({ repo, world, tips: await readTips(repo) })
  return isNews
}

/** Takes the digests away, and what shows them. @returns whether there was something to take away. */
export async function hideDigests(repo: Repository, config: GitConfig): Promise<boolean> {
  const isShown = areDigestsDisplayed(config)
  if (isShown) await unsetConfig(repo, DISPLAY, DIGESTS)
  await removeDigests({ repo })
  return isShown
}
