import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { readConfigText } from './config-text.ts'
import type { Repository } from './repository.ts'

/**
 * Returns `core.sharedRepository` as the repository's own configuration has it, where `git init --shared` writes it.
 *
 * @returns undefined where it is not set, or says nothing that git knows.
 */
export function sharedRepository({ commonDir }: Pick<Repository, 'commonDir'>): string | undefined {
  const text = readConfigText({ commonDir })
  const core = text.split(/^[ \t]*(?=\[)/m).filter((section) => /^\[core\]/i.test(section))
  return core
    .flatMap((section) => Array.from(section.matchAll(SETTING), ([, value]) => value!))
    .findLast((value) => KNOWN.test(value))
}

const SETTING = /^[ \t]*sharedrepository[ \t]*=[ \t]*"?([\w-]+)/gim
const KNOWN = /^(?:group|all|world|everybody|umask|true|false|yes|no|on|off|0?[0-7]{1,4})$/i

/**
 * Lets those who share a repository write into our folders too, as git does with its own: a folder is as open as the
 * git directory is. Only what this user made can be changed, and is.
 */
export function shareFolders({ commonDir }: Pick<Repository, 'commonDir'>): void {
  const open = statSync(commonDir).mode & OPEN
  if ((open & 0o020) === 0) return
  share(path.join(commonDir, 'model'), open)
}

/** Makes folders of ours in a shared repository before anybody writes there: who comes first would keep others out. */
export function prepareShared(repo: Pick<Repository, 'commonDir'>, folders: readonly string[]): void {
  if (sharedRepository(repo) === undefined) return
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  shareFolders(repo)
}

// Set-group-ID, and what the group and all others may.
const OPEN = 0o2077

function share(folder: string, open: number): void {
  openUp(folder, open)
  for (const entry of list(folder)) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) share(file, open)
    // Journals are appended to; all else is replaced, for which the folder's mode counts. No file becomes a program.
    else if (entry.name.endsWith('.jsonl')) openUp(file, open & 0o066)
  }
}

function openUp(file: string, open: number): void {
  try {
    const { mode } = statSync(file)
    if ((mode & open) !== open) chmodSync(file, (mode & 0o7777) | open)
  } catch {
    // It is somebody else's, or went away.
  }
}

function list(folder: string): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
