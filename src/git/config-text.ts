import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Repository } from './repository.ts'

/**
 * Reads the repository's own configuration as it stands in its file, for what is asked where starting git would take longer
 * than all else; what it includes, and the user's own, are not in it. Empty where it cannot be read.
 */
export function readConfigText({ commonDir }: Pick<Repository, 'commonDir'>): string {
  try {
    return readFileSync(path.join(commonDir, 'config'), 'utf8')
  } catch {
    return ''
  }
}
