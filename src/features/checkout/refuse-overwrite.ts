import { createHash } from 'node:crypto'
import { createReadStream, existsSync, lstatSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../../domain/errors.ts'
import { sha256Name } from '../../domain/lfs-pointer.ts'
import { formatCommand } from '../../domain/quote-shell.ts'
import type { Oid } from '../../domain/run.ts'
import { foldersOf } from '../../domain/settle-files.ts'
import { git, LARGEST_LISTING } from '../../git/run-git.ts'
import type { LfsStore } from '../../lfs/lfs-store.ts'
import { hasObject } from '../../lfs/transfer.ts'
import type { LfsFile } from '../../store/read-pointers.ts'
import type { Store } from '../../store/store.ts'
import { findProducers } from '../../store/runs.ts'

/**
 * Refuses to go on where files that are to be written hold what cannot be had again: files that differ from HEAD, ignored
 * ones too, whose content no run recorded.
 *
 * @param code - whether all files of `commit` are written too.
 * @throws ModelError `would-overwrite`.
 */
export async function refuseOverwrite(
  store: Store,
  lfs: LfsStore,
  files: readonly LfsFile[],
  code: boolean,
  commit: Oid,
): Promise<void> {
  refuseOtherKinds(store, files)
  const wanted = new Map(files.map((file) => [file.path, file]))
  const changes = await listChanges(store, [...wanted.keys()])
  if (code) {
    const incoming = await pathsOf(store, commit)
    const others = (await listChanges(store)).filter(({ path: file }) => !wanted.has(file))
    changes.push(...others.filter(({ path: file, isTracked }) => isTracked || incoming.has(file)))
  }
  const inTheWay: Change[] = []
  for (const change of changes) {
    const { path: file } = change
    const standing = path.join(store.repo.root, file)
    // What was deleted cannot be overwritten.
    if (lstatSync(standing, { throwIfNoEntry: false }) === undefined) continue
    const content = wanted.has(file) ? await sha256(standing) : undefined
    if (content !== undefined && content === wanted.get(file)?.oid) continue
    if (content !== undefined && (await isRecorded(store, lfs, content))) continue
    inTheWay.push(change)
  }
  if (inTheWay.length > 0) throw wouldOverwrite(inTheWay)
}

// A folder where a file is to stand, or a file where it needs a folder. Links are judged where they are followed.
function refuseOtherKinds(store: Store, files: readonly LfsFile[]): void {
  const kinds = new Map<string, 'file' | 'folder' | undefined>()
  const kindOf = (at: string): 'file' | 'folder' | undefined => {
    if (!kinds.has(at)) kinds.set(at, kindAt(path.join(store.repo.root, at)))
    return kinds.get(at)
  }
  for (const { path: file } of files) {
    for (const folder of foldersOf(file)) if (kindOf(folder) === 'file') throw otherKind(folder, 'file', file)
    if (kindOf(file) === 'folder') throw otherKind(file, 'folder', file)
  }
}

function kindAt(file: string): 'file' | 'folder' | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined || stat.isSymbolicLink()) return undefined
  return stat.isDirectory() ? 'folder' : 'file'
}

function otherKind(standing: string, kind: 'file' | 'folder', file: string): ModelError {
  return new ModelError('would-overwrite', `the ${kind} "${standing}" stands in the way of "${file}"`, {
    hints: [`${formatCommand('mv', standing, `${standing}.mine`)}, then try again`],
    data: { files: [standing] },
  })
}

interface Change {
  path: string
  /** False for files that git ignores, and for those that it does not know. */
  isTracked: boolean
}

/** Lists what differs from HEAD. @param paths - all but ignored files where absent; these, ignored or not, else. */
async function listChanges(store: Store, paths?: readonly string[]): Promise<Change[]> {
  if (paths?.length === 0) return []
  const { stdout } = await git(store.repo, [
    '--literal-pathspecs',
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    ...(paths === undefined ? [] : ['--ignored', '--', ...paths]),
  ])
  const entries = stdout.split('\0').filter((line) => line !== '')
  return entries.map((entry) => ({ path: entry.slice(3), isTracked: !/^(\?\?|!!)/.test(entry) }))
}

// A record alone is no proof: anybody can write one that names a content which nobody has.
async function isRecorded(store: Store, lfs: LfsStore, content: string): Promise<boolean> {
  return hasObject(lfs, content) && (await findProducers(store, [sha256Name(content)])).length > 0
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

function wouldOverwrite(changes: readonly Change[]): ModelError {
  const files = changes.map((change) => change.path)
  const shown = files.slice(0, 5).join(', ') + (files.length > 5 ? ` and ${files.length - 5} more` : '')
  const other = changes.find(({ isTracked }) => !isTracked)
  return new ModelError('would-overwrite', `uncommitted changes would be overwritten: ${shown}`, {
    hints: [
      ...(changes.some(({ isTracked }) => isTracked)
        ? ['git commit -a   or   git stash, then try again']
        : []),
      ...(other === undefined
        ? []
        : [`${formatCommand('mv', other.path, `${other.path}.mine`)}, then try again`]),
    ],
    data: { files },
  })
}
