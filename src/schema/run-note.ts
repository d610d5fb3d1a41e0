import { formatYaml, type KeyOrder } from '../domain/canonical-yaml.ts'
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

/** Writes a run's record in its canonical form. */
export function encodeRun(record: RunRecord): string {
  return formatYaml(record, RUN_ORDER)
}

/** Reads the note of a run: a stream of documents. Never throws, and drops nothing. */
export function decodeRunNote(text: string): RunNote {
  const { valid, others, problems } = readNoteDocuments<RunRecord>('run', text)
  return { records: valid, others, problems }
}

/** The order of `schemas/run-v1.json`. */
export const RUN_ORDER: KeyOrder = {
  keys: {
    schema: {},
    run: {},
    name: {},
    experiment: {},
    kind: {},
    status: {},
    started: {},
    finished: {},
    author: {},
    command: {},
    exit: members('code', 'signal'),
    code: { keys: { commit: {}, tree: {}, branch: {}, dirty: {}, skipped: { each: members('path', 'reason') } } },
    parent: {},
    params: {},
    metrics: { each: members('last', 'step', 'min', 'max', 'count', 'time') },
    tags: {},
    notes: {},
    inputs: { each: members('path', 'digest') },
    outputs: { keys: { commit: {}, files: { each: members('path', 'oid', 'size') } } },
    links: {},
    environment: {},
    deleted: {},
    revision: {},
    edits: {},
  },
}

function members(...names: string[]): KeyOrder {
  return { keys: Object.fromEntries(names.map((name) => [name, {}])) }
}
