import type { Environment } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { describeGpu } from './describe-gpu.ts'
import { describeMachine } from './describe-machine.ts'
import { describeNode } from './describe-node.ts'
import { describePython } from './describe-python.ts'
import { findInterpreter } from './find-interpreter.ts'
import type { Probe } from './run-probe.ts'

/** How long one program may be asked, in milliseconds. */
const LIMIT = 2000
/** How long all of them may take together. */
const LIMIT_OF_ALL = 5000

/**
 * Describes the machine and the programs that a command uses. What cannot be found out is absent; nothing is
 * an error. No name of a user, a host or a folder is in it, and no variable's value but version numbers.
 *
 * @param root - the top of the work tree, where the search for lock files ends.
 */
export async function captureEnvironment(
  command: readonly string[],
  world: World,
  root: string,
): Promise<Environment> {
  const probe: Probe = { cwd: world.cwd, env: world.env, limit: LIMIT }
  const parts = [
    () => describeMachine(world.env),
    () => describeGpu(probe),
    () => describePrograms(command, probe, root),
  ]
  const described = await Promise.all(parts.map((part) => within(LIMIT_OF_ALL, async () => part())))
  const entries = described.flatMap((part) => Object.entries(part))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? clean(value) : value]),
  )
}

async function describePrograms(
  command: readonly string[],
  probe: Probe,
  root: string,
): Promise<Environment> {
  const interpreter = findInterpreter(command, probe)
  if (interpreter === undefined) return {}
  return interpreter.kind === 'python'
    ? describePython(probe, interpreter.command)
    : describeNode(probe, interpreter.command, root)
}

async function within(limit: number, task: () => Promise<Environment>): Promise<Environment> {
  const { promise, resolve } = newPromise<Environment>()
  const timer = setTimeout(() => resolve({}), limit)
  timer.unref()
  try {
    return await Promise.race([task(), promise])
  } catch {
    return {}
  } finally {
    clearTimeout(timer)
  }
}

function newPromise<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

// Programs say what they like.
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 200)
}
