import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Oid } from '../domain/run.ts'

/** The folder that holds a folder for each run with a journal. Shared by all linked work trees, never pushed. */
export function journalRoot(commonDir: string): string {
  return path.join(commonDir, 'model', 'journal')
}

/** The folder of one run's journal: one file per writing process. */
export function journalFolder(commonDir: string, run: Oid): string {
  return path.join(journalRoot(commonDir), run)
}

/**
 * Makes the folder of a run's journal.
 *
 * @throws ENOENT where the git directory is gone: a repository that was moved gets no second one at its old place.
 */
export function makeJournalFolder(folder: string): void {
  statSync(path.dirname(path.dirname(path.dirname(folder))))
  mkdirSync(folder, { recursive: true })
}

/** Where folded journals wait for an hour, in case a process still held one of them open. */
export function foldedRoot(commonDir: string): string {
  return path.join(commonDir, 'model', 'folded-journals')
}
