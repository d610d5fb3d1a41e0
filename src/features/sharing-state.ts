import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Repository } from '../git/repository.ts'

/** Tells whether there is a remote, and nothing here that would send it the runs: `git model init` was not run in this clone. */
export function lacksSharing({ commonDir }: Pick<Repository, 'commonDir'>): boolean {
  try {
    // A look at the file: starting git would take longer than all else at the end of a run.
    const config = readFileSync(path.join(commonDir, 'config'), 'utf8')
    return /^\[remote "/m.test(config) && !/^\[model\]/m.test(config)
  } catch {
    return false
  }
}
