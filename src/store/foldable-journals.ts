import { statSync } from 'node:fs'
import { journalFolder } from '../journal/journal-folder.ts'
import { judgeProcess } from '../journal/process-identity.ts'
import { journalState } from '../journal/journal-state.ts'
import { listJournals, readJournal, type Journal } from '../journal/read-journal.ts'
import { lateJournals } from '../journal/retire-journal.ts'

/** How long a journal may stay empty where nobody can tell whether its process lives, in milliseconds. */
const PATIENCE = 60_000

/** Reads the journals of all runs that are not folded yet, running ones included. */
export function readJournals(commonDir: string): Journal[] {
  return readAll(commonDir).filter((journal) => !isEmpty(journal))
}

/** Reads the journals of runs that were killed before they began, or whose first write failed, as where the disk was full. */
export function readEmptyJournals(commonDir: string, now: number): Journal[] {
  return readAll(commonDir).filter((journal) => isEmpty(journal) && isGivenUp(journal, now))
}

/** Tells whether some journal waits for being folded, be it in vain. */
export function hasFoldableJournals(commonDir: string, now: number): boolean {
  return (
    readJournals(commonDir).some((journal) => isFoldable(journal) || journal.unread !== undefined) ||
    lateJournals(commonDir, now).length > 0 ||
    readEmptyJournals(commonDir, now).length > 0
  )
}

/** Tells whether a journal can be folded: its run ended, or no process of it lives. */
export function isFoldable(journal: Journal): boolean {
  const state = journalState(journal)
  return state === 'ended' || state === 'late' || state === 'abandoned'
}

// Who makes a journal says so in it, and nothing else, until its run begins.
function isEmpty({ events, unread }: Journal): boolean {
  return (
    unread === undefined &&
    events.every((event) => Object.keys(event).every((key) => key === 'time' || key === 'process'))
  )
}

function isGivenUp({ events, folder }: Journal, now: number): boolean {
  const judged = events.flatMap(({ process }) => (process === undefined ? [] : [judgeProcess(process)]))
  if (judged.includes('alive')) return false
  const isDead = judged.length > 0 && !judged.includes('unknown')
  return isDead || now - modified(folder, now) > PATIENCE
}

function readAll(commonDir: string): Journal[] {
  return listJournals(commonDir).map((run) => readJournal(run, journalFolder(commonDir, run)))
}

// A folder that went away meanwhile is nobody's concern.
function modified(folder: string, now: number): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now
}
