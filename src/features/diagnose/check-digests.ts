import { readGitConfig } from '../../git/git-config.ts'
import { DIGESTS } from '../../git/refs.ts'
import { tryResolve } from '../../git/resolve.ts'
import {
  areDigestsDisplayed,
  areDigestsOff,
  areDigestsShown,
  hideDigests,
  showDigests,
} from '../show-digests.ts'
import { FIX, type Check } from './finding.ts'

/** Checks that `git log` shows a line about runs, or none where that is turned off. */
export const checkDigests: Check = async ({ world, repo, config, isSetUp }) => {
  if (!isSetUp) return []
  if (areDigestsOff(config)) {
    const isLeft = areDigestsDisplayed(config) || (await tryResolve(repo, DIGESTS)) !== undefined
    if (!isLeft)
      return [{ check: 'digest', state: 'ok', message: 'git log shows no runs: model.digest is false' }]
    return [
      {
        check: 'digest',
        state: 'warn',
        message: 'model.digest is false, and git log still shows runs',
        hints: [FIX],
        fix: async () => {
          await hideDigests(repo, await readGitConfig(repo))
          return 'git log shows no runs any more'
        },
      },
    ]
  }
  if (areDigestsShown(repo, config))
    return [{ check: 'digest', state: 'ok', message: 'git log shows a line about the runs of each commit' }]
  return [
    {
      check: 'digest',
      state: 'warn',
      message: 'git log does not show the runs of commits',
      hints: [FIX, 'or, to have it so: git config model.digest false'],
      fix: async () => {
        await showDigests(world, repo, await readGitConfig(repo))
        return 'git log shows a line about the runs of each commit'
      },
    },
  ]
}
