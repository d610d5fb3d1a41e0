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

/** Where folded journals wait for an hour, in case a process still held one of them open. */
export function foldedRoot(commonDir: string): string {
  return path.join(commonDir, 'model', 'folded-journals')
}
