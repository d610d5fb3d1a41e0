import type { Config } from '../domain/config.ts'
import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

/** Which files a snapshot takes. */
export type SnapshotPolicy = NonNullable<Config['snapshot']>

/** How the work tree stands beside the commit that is checked out. */
export interface WorkTreeStatus {
  /** The commit that is checked out; undefined on a branch without commits. */
  head: Oid | undefined
  branch: string | undefined
  /** Tracked paths that differ from the commit, in the index or in the work tree. */
  changed: string[]
  /** Paths that are neither tracked nor ignored; a repository within this one ends with a slash. */
  untracked: string[]
  /** Whether something about a submodule differs. */
  hasSubmodules: boolean
  /** What git said. */
  text: string
}

const STATUS = ['status', '--porcelain=v2', '--branch', '--no-ahead-behind', '-z', '--no-renames']

/** Asks git how the work tree stands, without touching the index. */
export async function readStatus(
  repo: Pick<Repository, 'root'>,
  policy: SnapshotPolicy = 'default',
): Promise<WorkTreeStatus> {
  const { stdout } = await git(repo, statusWords(policy), { env: { GIT_OPTIONAL_LOCKS: '0' } })
  return parseStatus(stdout)
}

/** The words of the git command that says how the work tree stands. */
export function statusWords(policy: SnapshotPolicy = 'default'): string[] {
  return [...STATUS, `--untracked-files=${policy === 'default' || policy === 'all' ? 'all' : 'no'}`]
}

// git-status(1), porcelain format version 2: the path comes after 8 fields of a changed entry, 10 of an unmerged one.
const CHANGED = /^(?:1 (?:\S+ ){7}|u (?:\S+ ){9})(.+)$/s

/** Reads what git said of the work tree. */
export function parseStatus(text: string): WorkTreeStatus {
  const status: WorkTreeStatus = {
    head: undefined,
    branch: undefined,
    changed: [],
    untracked: [],
    hasSubmodules: false,
    text,
  }
  for (const line of text.split('\0')) {
    if (line.startsWith('# branch.oid ')) status.head = line.slice(13)
    else if (line.startsWith('# branch.head ')) status.branch = line.slice(14)
    else if (line.startsWith('? ')) status.untracked.push(line.slice(2))
    else if (CHANGED.test(line)) {
      status.changed.push(CHANGED.exec(line)![1]!)
      status.hasSubmodules ||= /^[1u] \S+ S/.test(line)
    }
  }
  if (status.head === '(initial)') status.head = undefined
  if (status.branch === '(detached)') status.branch = undefined
  return status
}
