import { journalFolder } from '../journal/journal-folder.ts'
import { journalState } from '../journal/journal-state.ts'
import { listJournals, readJournal, type Journal } from '../journal/read-journal.ts'
import { lateJournals } from '../journal/retire-journal.ts'

/** Reads the journals of all runs that are not folded yet, running ones included. */
export function readJournals(commonDir: string): Journal[] {
  return listJournals(commonDir)
    .map((run) => readJournal(run, journalFolder(commonDir, run)))
    .filter((journal) => journal.events.length > 0)
}

/** Tells whether some journal waits for being folded. */
export function hasFoldableJournals(commonDir: string, now: number): boolean {
  return readJournals(commonDir).some(isFoldable) || lateJournals(commonDir, now).length > 0
}

/** Tells whether a journal can be folded: its run ended, or no process of it lives. */
export function isFoldable(journal: Journal): boolean {
  const state = journalState(journal)
  return state === 'ended' || state === 'late' || state === 'abandoned'
}
