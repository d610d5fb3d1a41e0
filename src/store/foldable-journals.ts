import { statSync } from 'node:fs'
import { journalFolder } from '../journal/journal-folder.ts'
import { journalState } from '../journal/journal-state.ts'
import { listJournals, readJournal, type Journal } from '../journal/read-journal.ts'
import { lateJournals } from '../journal/retire-journal.ts'

/** How long a journal may be without an event before it counts as one whose first write failed, in milliseconds. */
const PATIENCE = 60_000

/** Reads the journals of all runs that are not folded yet, running ones included. */
export function readJournals(commonDir: string): Journal[] {
  return readAll(commonDir).filter((journal) => journal.events.length > 0)
}

/** Reads the journals in which nothing was ever written whole, as where the disk was full. */
export function readEmptyJournals(commonDir: string, now: number): Journal[] {
  return readAll(commonDir).filter(
    (journal) => journal.events.length === 0 && now - modified(journal.folder, now) > PATIENCE,
  )
}

/** Tells whether some journal waits for being folded. */
export function hasFoldableJournals(commonDir: string, now: number): boolean {
  return (
    readJournals(commonDir).some(isFoldable) ||
    lateJournals(commonDir, now).length > 0 ||
    readEmptyJournals(commonDir, now).length > 0
  )
}

/** Tells whether a journal can be folded: its run ended, or no process of it lives. */
export function isFoldable(journal: Journal): boolean {
  const state = journalState(journal)
  return state === 'ended' || state === 'late' || state === 'abandoned'
}

function readAll(commonDir: string): Journal[] {
  return listJournals(commonDir).map((run) => readJournal(run, journalFolder(commonDir, run)))
}

// A folder that went away meanwhile is nobody's concern.
function modified(folder: string, now: number): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now
}
