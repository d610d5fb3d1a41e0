import type { RunRecord } from '../domain/run.ts'
import { readCanonical } from './read-canonical.ts'
import { run } from './generated/run.js'

/**
 * Reads a note that is one valid record in its canonical form and nothing else, which nearly all are. For any other
 * the answer is undefined, and `decodeRunNote` has to be asked. What both answer is the same.
 */
export function readPlainRun(text: string): RunRecord | undefined {
  const value = readCanonical(text)?.value
  return value !== undefined && run(value) ? (value as RunRecord) : undefined
}
