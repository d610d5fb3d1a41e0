import type { Repository } from '../../git/repository.ts'
import { anchorOid } from '../../git/anchor.ts'

/** The experiment that always exists, and in which runs without an experiment are. */
export const DEFAULT_EXPERIMENT = 'Default'

const DEFAULT_ID = '0'
const LENGTH = 16

/** Returns the id of an experiment: the first digits of its anchor, so that every clone gives it the same one. */
export function experimentId(repo: Repository, key: string): string {
  return key === DEFAULT_EXPERIMENT ? DEFAULT_ID : anchorOid(repo, 'experiment', key).slice(0, LENGTH)
}
