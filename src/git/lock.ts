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

/** Runs a task unless another process of this machine runs one of the same name, or nothing can be written here. */
export function ifFree(commonDir: string, name: string, task: () => void): void {
  const file = path.join(commonDir, 'model', `${name}.lock`)
  try {
    makeFolder(path.dirname(file))
    if (isStale(file)) rmSync(file, { force: true })
    if (!tryAcquire(file)) return
  } catch {
    return
  }
  try {
    task()
  } finally {
    rmSync(file, { force: true })
  }
}

// Not the git directory itself: it can have been moved.
function makeFolder(folder: string): void {
  statSync(path.dirname(folder))
  mkdirSync(folder, { recursive: true })
}

async function acquire(file: string): Promise<boolean> {
  const end = Date.now() + PATIENCE
  try {
    makeFolder(path.dirname(file))
    while (Date.now() < end) {
      if (tryAcquire(file)) return true
      if (isStale(file)) rmSync(file, { force: true })
      else await sleep(5 + Math.random() * 20)
    }
  } catch {
    // Where no lock can be written the task says what is wrong, if it has to write at all.
  }
  return false
}

function tryAcquire(file: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
  try {
    writeSync(descriptor, String(process.pid))
    return true
  } catch (error) {
    // A full disk takes the file and not its content, and others would wait for nobody.
    rmSync(file, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}

// Ours names its process. One that names none was left between its making and its writing.
function isStale(file: string, age = STALE): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    const isNamed = Number.isInteger(pid) && pid > 0
    if (isOld(file, isNamed ? STALE : age)) return true
    if (isNamed) process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/**
 * Lists the locks there are: git's own on our refs and on `packed-refs`, and ours. Each is either held just now or was
 * left by a process that was killed, which git itself never notices.
 */
export function listLocks(commonDir: string): string[] {
  const { own, git } = findLocks(commonDir)
  return [...own, ...git]
}

/**
 * Deletes the locks that killed processes left. Git holds such a lock for milliseconds: one that is old belongs to nobody.
 *
 * @param age - how old a lock is that nobody holds, in milliseconds.
 * @returns the files that were deleted.
 */
export function clearStaleLocks(commonDir: string, age = STALE): string[] {
  const { own, git } = findLocks(commonDir)
  const isPacking = git.some((file) => file.endsWith(PACKING) && !isOld(file, age))
  const ofGit = git.filter((file) => isOld(file, age) && !(isPacking && file.includes('packed-refs')))
  return [...own.filter((file) => isStale(file, age)), ...ofGit].filter((file) =>
    dropLock(commonDir, file, age),
  )
}

// While it packs refs, git writes this file for as long as it takes; left behind, it blocks all packing and all deletion
// of packed refs. It goes before the lock, under which nobody else makes one.
const PACKING = 'packed-refs.new'

function findLocks(commonDir: string): { own: string[]; git: string[] } {
  const own = locksIn(path.join(commonDir, 'model'), false)
  const refs = ['refs/model', 'refs/notes/model'].flatMap((name) => locksIn(path.join(commonDir, name), true))
  const single = [PACKING, 'packed-refs.lock', 'config.lock'].map((name) => path.join(commonDir, name))
  return { own, git: [...refs, ...single.filter(exists)] }
}

function locksIn(folder: string, recursive: boolean): string[] {
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
function isOld(file: string, age: number): boolean {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > age
}

// Moved aside before it is deleted: between a look and a deletion another process can have made a lock of its own.
function dropLock(commonDir: string, file: string, age: number): boolean {
  const aside = path.join(commonDir, 'model', 'tmp', `lock-${process.pid}-${randomName(6)}`)
  try {
    mkdirSync(path.dirname(aside), { recursive: true })
    renameSync(file, aside)
    if (!isOld(aside, age) && !isStale(aside, age)) linkSync(aside, file)
    return true
  } catch {
    return false
  } finally {
    rmSync(aside, { force: true })
  }
}

// Loaded when it is needed: most commands only read.
function randomName(bytes: number): string {
  return process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex')
}
