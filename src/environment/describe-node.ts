import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Environment } from '../domain/run.ts'
import { runProbe, type Probe } from './run-probe.ts'

const LOCKS = [
  'node_modules/.package-lock.json',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
]

/** Describes a Node interpreter: its version, and a digest of the nearest lock file that says what is installed. */
export async function describeNode(
  probe: Probe,
  command: readonly string[],
  root: string,
): Promise<Environment> {
  const [program, ...args] = command
  const version = (await runProbe(probe, program!, [...args, '--version']))?.trim()
  const lock = findLock(probe.cwd, root)
  return {
    ...(version !== undefined && /^v\d/.test(version) && { node: version.slice(1) }),
    ...(lock !== undefined && {
      packages: `sha256:${createHash('sha256').update(readFileSync(lock)).digest('hex')}`,
    }),
  }
}

function findLock(folder: string, root: string): string | undefined {
  const found = LOCKS.map((name) => path.join(folder, name)).find((file) => existsSync(file))
  const parent = path.dirname(folder)
  if (found !== undefined || folder === root || parent === folder) return found
  return findLock(parent, root)
}
