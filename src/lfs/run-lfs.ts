import { execa } from 'execa'
import { ModelError } from '../domain/errors.ts'

/** What a git-lfs process answered. */
export interface LfsResult {
  exitCode: number
  stdout: string
  stderr: string
}

/**
 * Runs `git lfs`. Any exit code is an answer.
 *
 * @throws ModelError `lfs-missing` where git-lfs is not installed.
 */
export async function runLfs(
  root: string,
  args: readonly string[],
  options: { progress?: boolean } = {},
): Promise<LfsResult> {
  const result = await execa('git', ['lfs', ...args], {
    cwd: root,
    stdin: 'ignore',
    stderr: options.progress === true ? ['inherit', 'pipe'] : 'pipe',
    reject: false,
    env: { LC_ALL: 'C' },
  })
  const stderr = String(result.stderr ?? '')
  if (/is not a git command/.test(stderr)) throw lfsMissing()
  return { exitCode: result.exitCode ?? 128, stdout: result.stdout ?? '', stderr }
}

/** The error for a machine without git-lfs. */
export function lfsMissing(): ModelError {
  return new ModelError('lfs-missing', 'git-lfs is not installed, and weights travel through it', {
    hints: ['sudo apt-get install git-lfs   (macOS: brew install git-lfs)', 'then: git lfs install'],
  })
}
