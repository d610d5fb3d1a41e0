import type { Oid, RunRecord } from '../domain/run.ts'
import { readPlainRun } from '../schema/plain-run.ts'
import { decodeRun } from './run-codec.ts'

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

/** Reads the note of a run. Never throws. */
export function decodeNote(run: Oid, content: Buffer, size: number): StoredRun | UnreadableRun {
  if (size > LONGEST_NOTE) {
    return { run, problems: [`the note is too large: ${size} bytes, where at most ${LONGEST_NOTE} are read`] }
  }
  return decodeText(run, content.toString('utf8'))
}

/** As {@link decodeNote}, of the text. */
export function decodeText(run: Oid, text: string): StoredRun | UnreadableRun {
  const record = readPlainRun(text)
  if (record?.run === run) return { record, live: false, isPlain: true }
  const { value, problems } = decodeRun(run, text)
  if (value === undefined) return { run, problems: problems.length > 0 ? problems : ['it is empty'] }
  return { record: value, live: false, ...(problems.length > 0 && { problems }) }
}
