import { execa } from 'execa'
import type { Oid } from '../domain/run.ts'
import { gitFailure } from './git-failure.ts'
import type { Repository } from './repository.ts'

/**
 * Writes a blob into a file, whatever its size.
 *
 * @throws ModelError `git-failed`.
 */
export async function streamBlob(repo: Pick<Repository, 'root'>, blob: Oid, file: string): Promise<void> {
  const args = ['cat-file', 'blob', blob]
  const result = await execa('git', args, {
    cwd: repo.root,
    env: { LC_ALL: 'C' },
    stdin: 'ignore',
    stdout: { file },
    stderr: 'pipe',
    reject: false,
  })
  if (result.exitCode !== 0) throw gitFailure(args, result.exitCode, String(result.stderr ?? ''), result.code)
}
