import { execa } from 'execa'
import { ModelError } from '../domain/errors.ts'
import { lfsMissing, saysLfsMissing } from '../domain/lfs-missing.ts'
import { formatPointer, type LfsPointer } from '../domain/lfs-pointer.ts'

/**
 * Brings an object into the LFS store from the remote that git-lfs chooses.
 *
 * @param name - of the file, for errors.
 * @throws ModelError `lfs-missing`, `weights-absent` where no remote has it.
 */
export async function downloadObject(root: string, pointer: LfsPointer, name: string): Promise<void> {
  const result = await execa('git', ['lfs', 'smudge', '--', name], {
    cwd: root,
    input: formatPointer(pointer),
    stdout: 'ignore',
    stderr: 'pipe',
    env: { LC_ALL: 'C', GIT_LFS_SKIP_SMUDGE: '0' },
    reject: false,
  })
  if (result.exitCode === 0) return
  const stderr = String(result.stderr ?? '')
  if (saysLfsMissing(stderr)) throw lfsMissing()
  throw new ModelError(
    'weights-absent',
    `the content of "${name}" (sha256:${pointer.oid.slice(0, 12)}) is not here`,
    {
      hints: ['git lfs fetch --all'],
      data: { path: name, oid: pointer.oid, stderr: stderr.slice(0, 2000) },
    },
  )
}
