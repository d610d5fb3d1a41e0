import { randomBytes } from 'node:crypto'
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const STALE = 60_000
const PATIENCE = 30_000

/**
 * Runs a task while no other process of this machine runs one of the same name. It only saves work: after
 * half a minute the task runs anyway, since every write is a compare-and-swap.
 */
export async function withLock<T>(commonDir: string, name: string, task: () => Promise<T>): Promise<T> {
  const file = path.join(commonDir, 'model', `${name}.lock`)
  const held = await acquire(file)
  try {
    return await task()
  } finally {
    if (held) rmSync(file, { force: true })
  }
}

async function acquire(file: string): Promise<boolean> {
  const end = Date.now() + PATIENCE
  mkdirSync(path.dirname(file), { recursive: true })
  while (Date.now() < end) {
    if (tryAcquire(file)) return true
    if (isStale(file)) rmSync(file, { force: true })
    else await sleep(5 + Math.random() * 20)
  }
  return false
}

function tryAcquire(file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx')
    writeSync(descriptor, String(process.pid))
    closeSync(descriptor)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

function isStale(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > STALE) return true
    const pid = Number(readFileSync(file, 'utf8'))
    if (!Number.isInteger(pid) || pid <= 0) return false
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/**
 * Deletes the locks that killed processes left on our refs and on `packed-refs`, which git itself never takes away,
 * and our own. Git holds such a lock for milliseconds: one that is a minute old belongs to nobody.
 *
 * @returns the files that were deleted.
 */
export function clearStaleLocks(commonDir: string): string[] {
  const own = listLocks(path.join(commonDir, 'model'), false).filter(isStale)
  const refs = ['refs/model', 'refs/notes/model'].flatMap((name) =>
    listLocks(path.join(commonDir, name), true),
  )
  const packed = path.join(commonDir, 'packed-refs')
  const isPacking = !isOld(`${packed}.new`)
  const git = [...refs, ...(isPacking ? [] : [`${packed}.lock`])].filter(isOld)
  return [...own, ...git.filter(exists)].filter((file) => dropLock(commonDir, file))
}

function listLocks(folder: string, recursive: boolean): string[] {
  try {
    return readdirSync(folder, { recursive, encoding: 'utf8' })
      .filter((name) => name.endsWith('.lock'))
      .map((name) => path.join(folder, name))
  } catch {
    return []
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}

// What is not there is old.
function isOld(file: string): boolean {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > STALE
}

// Moved aside before it is deleted: between a look and a deletion another process can have made a lock of its own.
function dropLock(commonDir: string, file: string): boolean {
  const aside = path.join(commonDir, 'model', 'tmp', `lock-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    mkdirSync(path.dirname(aside), { recursive: true })
    renameSync(file, aside)
    if (!isOld(aside) && !isStale(aside)) linkSync(aside, file)
    return true
  } catch {
    return false
  } finally {
    rmSync(aside, { force: true })
  }
}
