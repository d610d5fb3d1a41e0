import { randomBytes } from 'node:crypto'
import {
  closeSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import path from 'node:path'
import { changesCode } from '../domain/code-change.ts'
import type { Oid, SkippedPath } from '../domain/run.ts'
import { looksSecretFile } from '../domain/secrets.ts'
import { temporaryFolder } from './object-writer.ts'
import type { Repository } from './repository.ts'
import { git, gitLine } from './run-git.ts'
import { readStatus, type SnapshotPolicy, type WorkTreeStatus } from './work-tree-status.ts'

/** The work tree as a tree object, and what was left out of it. */
export interface Snapshot {
  /** The commit that is checked out. */
  commit: Oid
  tree: Oid
  branch: string | undefined
  /** Whether code differs from that of the commit: see `changesCode`. */
  dirty: boolean
  skipped: SkippedPath[]
}

const MAX_FILE = 1_000_000
const MAX_TOTAL = 10_000_000
const MAX_SKIPPED = 200
const DURABLE = ['-c', 'core.fsync=committed', '-c', 'core.fsyncMethod=batch']

/** A repository with what is checked out in it. */
export type BornRepository = Repository & { head: Oid; headTree: Oid }

/**
 * Writes the work tree as a tree object through a temporary index; the user's index stays untouched.
 *
 * Changes to tracked files are always taken (except by policy `none`), untracked files only when they
 * are not ignored, small, text, and look like no secret (except by policy `all`).
 */
export async function takeSnapshot(repo: BornRepository, policy?: SnapshotPolicy): Promise<Snapshot> {
  return snapshotOf(repo, await readStatus(repo, policy), policy)
}

/** Writes the work tree as {@link takeSnapshot} does, of which git has just said how it stands. */
export async function snapshotOf(
  repo: BornRepository,
  status: WorkTreeStatus,
  policy: SnapshotPolicy = 'default',
): Promise<Snapshot> {
  const { branch, untracked } = status
  const changed = status.changed.length > 0
  const isEdited = status.changed.some((file) => changesCode(file, false))
  const clean = { commit: repo.head, tree: repo.headTree, branch }
  if (policy === 'none' || (!changed && untracked.length === 0)) {
    return { ...clean, dirty: isEdited, skipped: [] }
  }
  const { take, skipped } = chooseUntracked(repo.root, untracked, policy)
  if (!changed && take.length === 0) return { ...clean, dirty: false, skipped }
  const tree = await writeTree(repo, changed, take)
  const dirty = tree !== repo.headTree && (isEdited || take.some((file) => changesCode(file, true)))
  return { ...clean, tree, dirty, skipped }
}

function chooseUntracked(
  root: string,
  untracked: readonly string[],
  policy: SnapshotPolicy,
): { take: string[]; skipped: SkippedPath[] } {
  const take: string[] = []
  const skipped: SkippedPath[] = []
  let total = 0
  for (const file of untracked) {
    const { reason, size } = judge(root, file, policy)
    const why = reason ?? (policy !== 'all' && total + size > MAX_TOTAL ? 'total' : undefined)
    if (why === undefined) {
      take.push(file)
      total += size
    } else if (skipped.length < MAX_SKIPPED) skipped.push({ path: file, reason: why })
  }
  return { take, skipped }
}

function judge(
  root: string,
  file: string,
  policy: SnapshotPolicy,
): { reason?: SkippedPath['reason']; size: number } {
  if (file.endsWith('/')) return { reason: 'nested-repository', size: 0 }
  try {
    const stat = lstatSync(path.join(root, file))
    if (stat.isSymbolicLink()) return { size: 0 }
    if (!stat.isFile()) return { reason: 'unreadable', size: 0 }
    if (policy === 'all') return { size: stat.size }
    if (stat.size > MAX_FILE) return { reason: 'size', size: stat.size }
    const content = readWhole(path.join(root, file), stat.size)
    if (content.includes(0)) return { reason: 'binary', size: stat.size }
    if (looksSecretFile(file, content.toString('utf8'))) return { reason: 'secret', size: stat.size }
    return { size: stat.size }
  } catch {
    return { reason: 'unreadable', size: 0 }
  }
}

function readWhole(file: string, size: number): Buffer {
  const content = Buffer.alloc(size)
  const descriptor = openSync(file, 'r')
  try {
    return content.subarray(0, readSync(descriptor, content, 0, size, 0))
  } finally {
    closeSync(descriptor)
  }
}

// With its time: git tells by it that a file changed in the very second in which it was staged.
function copyIndex(from: string, to: string): void {
  const { atime, mtime } = statSync(from)
  copyFileSync(from, to)
  utimesSync(to, atime, mtime)
}

async function writeTree(repo: Repository, changed: boolean, untracked: readonly string[]): Promise<Oid> {
  const index = path.join(temporaryFolder(repo), `index-${process.pid}-${randomBytes(6).toString('hex')}`)
  const env = { GIT_INDEX_FILE: index }
  mkdirSync(path.dirname(index), { recursive: true })
  try {
    if (existsSync(repo.indexFile)) copyIndex(repo.indexFile, index)
    if (changed) await git(repo, [...DURABLE, 'add', '--update', '--', ':/'], { env })
    if (untracked.length > 0) {
      const input = untracked.map((file) => file + '\0').join('')
      await git(repo, [...DURABLE, 'update-index', '--add', '-z', '--stdin'], { env, input })
    }
    return await gitLine(repo, [...DURABLE, 'write-tree'], { env })
  } finally {
    rmSync(index, { force: true })
    rmSync(`${index}.lock`, { force: true })
  }
}
