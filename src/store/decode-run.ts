import type { Oid } from '../domain/run.ts'
import { readPlainRun } from '../schema/plain-run.ts'
import { decodeRun } from './run-codec.ts'
import { LONGEST_NOTE, type StoredRun, type UnreadableRun } from './stored-run.ts'

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
