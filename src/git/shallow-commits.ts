import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'

/**
 * Lists the commits at which the history of a shallow clone is cut short: git shows them as if they had no parents.
 *
 * The file `shallow` of gitrepository-layout(5): one object name a line.
 */
export function shallowCommits({ commonDir }: Pick<Repository, 'commonDir'>): Set<Oid> {
  const file = path.join(commonDir, 'shallow')
  return new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [])
}
