import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathWithProgram } from './repo.ts'

/** How a program ended. */
export interface Ended {
  /** Null: it was killed. */
  exitCode: number | null
  stderr: string
  /** Milliseconds until it ended; what it had started can have ended later. */
  took: number
}

/** When and what to kill. */
export interface Killing {
  /** Milliseconds after the start. */
  after: number
  /** The program with all that it started, or the program alone. */
  whole: boolean
}

/**
 * Runs a program as the leader of a process group of its own, kills it with SIGKILL after a while, and waits until
 * nothing of the group is left.
 */
export async function runKilled(
  dir: string,
  command: string,
  args: readonly string[],
  { after, whole }: Killing,
): Promise<Ended> {
  const started = Date.now()
  const child = spawn(command, args, {
    cwd: dir,
    detached: true,
    env: { ...process.env, PATH: pathWithProgram() },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const leader = child.pid!
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => kill(whole ? -leader : leader, 'SIGKILL'), after)
  const exitCode = await ended
  const took = Date.now() - started
  clearTimeout(timer)
  while (kill(-leader, 0)) await sleep(20)
  return { exitCode, stderr, took }
}

function kill(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal)
  } catch {
    return false
  }
}

/** Random numbers in [0, 1): mulberry32, by Tommy Ettinger. The same seed gives the same numbers. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
