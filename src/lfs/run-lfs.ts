import { execa } from 'execa'
import { lfsMissing, saysLfsMissing } from '../domain/lfs-missing.ts'

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
  if (saysLfsMissing(stderr)) throw lfsMissing()
  return { exitCode: result.exitCode ?? 128, stdout: result.stdout ?? '', stderr }
}
