import { ModelError } from '../domain/errors.ts'
import { unsetConfig, setConfig, type GitConfig } from '../git/git-config.ts'
import type { Repository } from '../git/repository.ts'
import { git, gitLine } from '../git/run-git.ts'
import { runLfs } from '../lfs/run-lfs.ts'

/** Notes that `git model init` set the LFS filters up in this repository, so that `--remove` takes them away. */
const INSTALLED = 'model.lfs'

/** Tells whether git would send routed files through Git LFS. */
export function hasLfsFilters(config: GitConfig): boolean {
  const process = config.get('filter.lfs.process')
  const both = config.get('filter.lfs.clean') !== undefined && config.get('filter.lfs.smudge') !== undefined
  return (process ?? '') !== '' || both
}

/**
 * Sets the LFS filters up for this repository where they are not set up at all. Git-lfs's own hooks are not
 * installed: ours do what they do.
 *
 * @returns whether something was set up.
 * @throws ModelError `lfs-missing`, `lfs-failed`.
 */
export async function setUpLfs(repo: Repository, config: GitConfig): Promise<boolean> {
  if (hasLfsFilters(config)) return false
  const hadFormat = config.get('lfs.repositoryformatversion') !== undefined
  const result = await runLfs(repo.root, ['install', '--local', '--skip-repo'])
  if (result.exitCode !== 0) {
    throw new ModelError(
      'lfs-failed',
      `git lfs install failed: ${result.stderr.trim() || result.stdout.trim()}`,
      {
        hints: ['git lfs install --local --force'],
      },
    )
  }
  await setConfig(repo, INSTALLED, hadFormat ? 'filters' : 'all')
  return true
}

/** What became of the LFS filters: they were not ours, they are gone, or they stay because files need them. */
export type LfsRemoval = 'not-ours' | 'removed' | 'kept'

/**
 * Takes the LFS filters away that {@link setUpLfs} set up, except where tracked files go through them: those
 * could not be checked out any more. Git-lfs's own hooks are then installed, since ours are gone.
 */
export async function removeLfs(repo: Repository, config: GitConfig): Promise<LfsRemoval> {
  const installed = config.get(INSTALLED)
  if (installed === undefined) return 'not-ours'
  if ((await gitLine(repo, ['ls-files', '--', ':(top,attr:filter=lfs)'])) !== '') {
    await runLfs(repo.root, ['install', '--local'])
    return 'kept'
  }
  await git(repo, ['config', '--local', '--remove-section', 'filter.lfs'], { ok: [0, 128] })
  if (installed === 'all') await unsetConfig(repo, 'lfs.repositoryformatversion')
  return 'removed'
}
