import type { Oid } from '../domain/run.ts'
import { diffNotes } from './notes.ts'
import type { Repository } from './repository.ts'

/** Counts the notes that differ between two notes commits. */
export async function countChanges(
  repo: Repository,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<number> {
  return to === undefined ? 0 : (await diffNotes(repo, from, to)).length
}
