import type { RunRecord } from '../domain/run.ts'
import { readNoteDocuments, type NoteProblem } from './note-documents.ts'

export type { NoteProblem } from './note-documents.ts'

/** A run's note as it was read. */
export interface RunNote {
  records: RunRecord[]
  /** Documents of newer versions and damaged documents, each as it stands. */
  others: string[]
  problems: NoteProblem[]
}

/** Reads the note of a run: a stream of documents. Never throws, and drops nothing. */
export function decodeRunNote(text: string): RunNote {
  const { valid, others, problems } = readNoteDocuments<RunRecord>('run', text)
  return { records: valid, others, problems }
}
