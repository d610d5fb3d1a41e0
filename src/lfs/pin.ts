import { copyFileSync, existsSync, linkSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { objectPath, pinPath, type LfsStore } from './lfs-store.ts'
import { makeFolder } from './make-folder.ts'

/**
 * Keeps an object of the store safe from `git lfs prune` until the remote has it: by a hard link, which
 * costs no space, or by a copy where the file system has no links.
 *
 * @param source - a file with its content; by default the object in the store.
 */
export function pin(store: LfsStore, oid: string, source = objectPath(store, oid)): void {
  const target = pinPath(store, oid)
  if (existsSync(target)) return
  makeFolder(store.pins)
  linkOrCopy(source, target)
}

/** Lets an object go: a remote has it. */
export function unpin(store: LfsStore, oid: string): void {
  rmSync(pinPath(store, oid), { force: true })
}

/** Lists the pinned objects. */
export function listPins(store: LfsStore): string[] {
  return existsSync(store.pins) ? readdirSync(store.pins).filter((name) => /^[0-9a-f]{64}$/.test(name)) : []
}

/** Puts a pinned object back where git-lfs looks for it. @returns whether the object is in the store now. */
export function restorePinned(store: LfsStore, oid: string): boolean {
  const target = objectPath(store, oid)
  if (existsSync(target)) return true
  if (!existsSync(pinPath(store, oid))) return false
  makeFolder(path.dirname(target))
  linkOrCopy(pinPath(store, oid), target)
  return true
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    copyFileSync(from, to)
  }
}
