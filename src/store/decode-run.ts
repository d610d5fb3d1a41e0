import { mergeRuns } from '../domain/merge-runs.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { readPlainRun } from '../schema/plain-run.ts'
import { decodeRunNote, type RunNote } from '../schema/run-note.ts'
import { problemText } from './run-codec.ts'
import { LONGEST_NOTE, type StoredRun, type UnreadableRun } from './stored-run.ts'

/** How many problems of one note are told. */
const MAX_PROBLEMS = 20

/** What the text of a note says, whatever it is the note of. */
type ReadNote = { plain: RunRecord } | { note: RunNote } | { tooLong: number }

/** Reads the note of a run. Never throws. */
export function decodeNote(run: Oid, content: Buffer, size: number): StoredRun | UnreadableRun {
  return decodeNotes(content, size)(run)
}

/**
 * Reads a text that is the note of several runs, once, and answers what it is to each. At most one of them can be meant;
 * but it costs a remote nothing to have one text a million times.
 */
export function decodeNotes(content: Buffer, size: number): (run: Oid) => StoredRun | UnreadableRun {
  const read = size > LONGEST_NOTE ? { tooLong: size } : readNote(content.toString('utf8'))
  return (run) => judge(run, read)
}

/** As {@link decodeNote}, of the text. */
export function decodeText(run: Oid, text: string): StoredRun | UnreadableRun {
  return judge(run, readNote(text))
}

function readNote(text: string): ReadNote {
  const plain = readPlainRun(text)
  return plain === undefined ? { note: decodeRunNote(text) } : { plain }
}

function judge(run: Oid, read: ReadNote): StoredRun | UnreadableRun {
  if ('tooLong' in read) {
    const { tooLong } = read
    return {
      run,
      problems: [`the note is too large: ${tooLong} bytes, where at most ${LONGEST_NOTE} are read`],
    }
  }
  if ('plain' in read && read.plain.run === run) return { record: read.plain, live: false, isPlain: true }
  const { records, problems: wrong } = 'plain' in read ? { records: [read.plain], problems: [] } : read.note
  const ours = records.filter((record) => record.run === run)
  const foreign = records.length === ours.length ? [] : records.filter((record) => record.run !== run)
  const problems = [
    ...wrong.slice(0, MAX_PROBLEMS).map(problemText),
    ...foreign.slice(0, MAX_PROBLEMS).map((record) => `a record that claims to be run ${record.run}`),
  ]
  if (ours.length === 0) return { run, problems: problems.length > 0 ? problems : ['it is empty'] }
  return { record: ours.reduce(mergeRuns), live: false, ...(problems.length > 0 && { problems }) }
}
