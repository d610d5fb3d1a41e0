import { execa } from 'execa'
import { ModelError } from '../domain/errors.ts'
import { lfsMissing, saysLfsMissing } from '../domain/lfs-missing.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { Repository } from '../git/repository.ts'
import { gitLine } from '../git/run-git.ts'
import { restage, type StagedFile } from '../git/staged-files.ts'

/**
 * Sends staged files through Git LFS: exactly what is staged, also where the work tree has gone on. The
 * pointers take their places in the index; the work tree is not touched.
 *
 * @returns the files as they are staged now.
 * @throws ModelError `lfs-failed`, `lfs-missing`; then nothing was staged.
 */
export async function routeStaged(repo: Repository, files: readonly StagedFile[]): Promise<StagedFile[]> {
  const routed: StagedFile[] = []
  for (const file of files) {
    const pointer = await clean(repo, file)
    const oid = await gitLine(repo, ['hash-object', '-w', '--stdin'], { input: pointer })
    routed.push({ ...file, oid, size: pointer.length })
  }
  await restage(repo, routed)
  return routed
}

async function clean(repo: Repository, { oid, path }: StagedFile): Promise<Uint8Array> {
  const options = { cwd: repo.root, reject: false, encoding: 'buffer', stripFinalNewline: false } as const
  const source = execa('git', ['cat-file', 'blob', oid], { ...options, buffer: { stdout: false } })
  const lfs = source.pipe('git', ['lfs', 'clean', '--', path], options)
  const result = await lfs
  if (result.exitCode === 0 && result.stdout.length > 0) return result.stdout
  const said = Buffer.from(result.stderr).toString('utf8').trim()
  if (saysLfsMissing(said)) throw lfsMissing()
  throw new ModelError('lfs-failed', `"${path}" could not go through Git LFS: ${said}`, {
    hints: [formatCommand('git', 'add', '--renormalize', '--', path)],
    data: { path },
  })
}
