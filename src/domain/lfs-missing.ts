import { ModelError } from './errors.ts'

/**
 * Tells whether git looked for git-lfs and did not find it: as a command of its own, or for the shell that runs a filter.
 *
 * @param stderr - what git said, with LC_ALL=C.
 */
export function saysLfsMissing(stderr: string): boolean {
  return /'lfs' is not a git command|\bgit-lfs: (?:command )?not found/.test(stderr)
}

/** The error for a machine without git-lfs. */
export function lfsMissing(): ModelError {
  return new ModelError('lfs-missing', 'git-lfs is not installed, and weights travel through it', {
    hints: ['sudo apt-get install git-lfs   (macOS: brew install git-lfs)', 'then: git lfs install'],
  })
}
