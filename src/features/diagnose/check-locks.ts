import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { clearStaleLocks, listLocks } from '../../git/lock.ts'
import { FIX, type Check } from './finding.ts'

// Git and we hold a lock on refs for milliseconds; a sync holds its own for as long as its process lives.
const QUIET = 10_000

/** Checks for locks on our refs that killed processes left: the next writer would wait for them for a minute. */
export const checkLocks: Check = async ({ repo: { commonDir } }) => {
  const locks = listLocks(commonDir).map((file) => path.relative(commonDir, file))
  if (locks.length === 0) return []
  return [
    {
      check: 'locks',
      state: 'warn',
      message: `${locks.slice(0, 3).join(', ')}: held by a process that writes just now, or left by one that was killed`,
      hints: [FIX],
      fix: async () => {
        const cleared = await clearQuietLocks(commonDir)
        return cleared === 0 ? 'the locks are gone' : `deleted ${cleared} left by killed processes`
      },
    },
  ]
}

async function clearQuietLocks(commonDir: string): Promise<number> {
  const end = performance.now() + QUIET + 1000
  let cleared = 0
  while (listLocks(commonDir).length > 0 && performance.now() < end) {
    cleared += clearStaleLocks(commonDir, QUIET).length
    if (listLocks(commonDir).length > 0) await sleep(200)
  }
  return cleared
}
