import { readConfigText } from '../git/config-text.ts'
import type { Repository } from '../git/repository.ts'

/** Tells whether there is a remote, and nothing here that would send it the runs: `git model init` was not run in this clone. */
export function lacksSharing(repo: Pick<Repository, 'commonDir'>): boolean {
  const config = readConfigText(repo)
  return /^\[remote "/m.test(config) && !/^\[model\]/m.test(config)
}
