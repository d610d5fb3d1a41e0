import type { Oid } from '../domain/run.ts'
import { statObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** A file that the next commit adds or changes. */
export interface StagedFile {
  path: string
  /** `100644` or `100755`. */
  mode: string
  oid: Oid
  /** Of what is staged, in bytes: of the pointer where it is one. */
  size: number
}

/** Lists the files that the next commit adds or changes. Links and submodules are left out. */
export async function listStaged(repo: Repository): Promise<StagedFile[]> {
  const args = ['diff', '--cached', '--raw', '-z', '--no-renames', '--no-abbrev', '--diff-filter=AMT']
  const fields = (await git(repo, args)).stdout.split('\0')
  const files: Omit<StagedFile, 'size'>[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , oid] = fields[at]!.split(' ')
    if (mode!.startsWith('100')) files.push({ path: fields[at + 1]!, mode: mode!, oid: oid! })
  }
  const stats = await statObjects(
    repo,
    files.map(({ oid }) => oid),
  )
  return files.map((file, index) => ({ ...file, size: stats[index]?.size ?? 0 }))
}

/** Puts other blobs in the place of staged ones. The work tree is not touched. */
export async function restage(repo: Repository, files: readonly Omit<StagedFile, 'size'>[]): Promise<void> {
  const input = files.map(({ mode, oid, path }) => `${mode} ${oid}\t${path}\0`).join('')
  await git(repo, ['update-index', '-z', '--index-info'], { input })
}

/**
 * Tells whether git is making a partial commit (`git commit FILE`): its index is a temporary one, and what is
 * changed there is lost from the real one.
 */
export function isPartialCommit(env: Readonly<Record<string, string | undefined>>): boolean {
  return /(?:^|[\\/])next-index-\d+(?:\.lock)?$/.test(env['GIT_INDEX_FILE'] ?? '')
}
