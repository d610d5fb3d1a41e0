import { execa } from 'execa'
import { ModelError } from '../domain/errors.ts'
import { lfsMissing, saysLfsMissing } from '../domain/lfs-missing.ts'
import { formatPointer, type LfsPointer } from '../domain/lfs-pointer.ts'

/**
 * Downloads one object into the LFS store, from wherever git-lfs is set up to.
 *
 * @throws ModelError `lfs-missing`, `weights-absent` where the remote does not have it or cannot be reached.
 */
export async function fetchObject(root: string, pointer: LfsPointer, name: string): Promise<void> {
  // Smudging is the one command of git-lfs that takes an object by its name and keeps it in the store.
  const result = await execa('git', ['lfs', 'smudge', '--', name], {
    cwd: root,
    input: formatPointer(pointer),
    stdout: 'ignore',
    reject: false,
    env: { LC_ALL: 'C', GIT_LFS_SKIP_SMUDGE: '0', GIT_TERMINAL_PROMPT: '0' },
  })
  if (result.exitCode === 0) return
  const stderr = String(result.stderr ?? '')
  if (saysLfsMissing(stderr)) throw lfsMissing()
  const said = stderr.trim().split('\n').slice(0, 2).join('; ').slice(0, 500)
  throw new ModelError(
    'weights-absent',
    `the content of "${name}" is not here and could not be fetched: ${said}`,
    {
      hints: ['git lfs env   (where git-lfs looks)', 'ask the one who made it to run: git model sync'],
      data: { path: name, ...pointer },
    },
  )
}
