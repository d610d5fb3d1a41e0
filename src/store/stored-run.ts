import type { Oid, RunRecord } from '../domain/run.ts'

/** A run as it stands. */
export interface StoredRun {
  record: RunRecord
  /** Whether it is still in the journal: running, or not ours to judge. */
  live: boolean
  /** What is wrong with its note, and what newer programs wrote into it. */
  problems?: string[]
  /** Whether its note is one plain record, which `readPlainRun` reads. */
  isPlain?: true
}

/** A note on a run commit that holds no record this program can read. */
export interface UnreadableRun {
  run: Oid
  problems: string[]
}

/** The longest note that is read, in bytes. */
export const LONGEST_NOTE = 64 * 1024 * 1024
