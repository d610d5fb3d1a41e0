import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
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
