import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../../domain/errors.ts'
import type { Oid } from '../../domain/run.ts'
import { git, LARGEST_LISTING } from '../../git/run-git.ts'
import type { LfsFile } from '../../store/models.ts'
import type { Store } from '../../store/open-store.ts'

/**
 * Refuses to go on where files that are to be written have changes that no commit has.
 *
 * @param code - whether all files of `commit` are written too.
 * @throws ModelError `would-overwrite`.
 */
export async function refuseOverwrite(
  store: Store,
  files: readonly LfsFile[],
  code: boolean,
  commit: Oid,
): Promise<void> {
  const args = [
    '--literal-pathspecs',
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
  ]
  const paths = code ? [] : files.map((file) => file.path)
  if (!code && paths.length === 0) return
  const { stdout } = await git(store.repo, [...args, '--', ...paths])
  const entries = stdout.split('\0').filter((line) => line !== '')
  const inTheWay: string[] = []
  const wanted = new Map(files.map((file) => [file.path, file]))
  const incoming = code ? await pathsOf(store, commit) : new Set<string>()
  for (const entry of entries) {
    const [state, file] = [entry.slice(0, 2), entry.slice(3)]
    if (state === '??' && !wanted.has(file) && !incoming.has(file)) continue
    const same = wanted.get(file)
    if (same !== undefined && (await sha256(path.join(store.repo.root, file))) === same.oid) continue
    inTheWay.push(file)
  }
  if (inTheWay.length > 0) throw wouldOverwrite(inTheWay)
}

async function pathsOf(store: Store, commit: Oid): Promise<Set<string>> {
  const args = ['ls-tree', '-r', '-t', '-z', '--name-only', '--full-tree', commit]
  const { stdout } = await git(store.repo, args, { largest: LARGEST_LISTING })
  return new Set(stdout.split('\0'))
}

async function sha256(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function wouldOverwrite(files: readonly string[]): ModelError {
  const shown = files.slice(0, 5).join(', ') + (files.length > 5 ? ` and ${files.length - 5} more` : '')
  return new ModelError('would-overwrite', `uncommitted changes would be overwritten: ${shown}`, {
    hints: ['git commit -a   or   git stash --include-untracked, then try again'],
    data: { files },
  })
}
