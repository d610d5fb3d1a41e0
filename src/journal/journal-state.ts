import type { Journal } from './read-journal.ts'
import { judgeProcess } from './process-identity.ts'

/**
 * How a journal stands: `ended` (its run said that it finished), `late` (it only adds to a run that ended
 * before), `alive`, `abandoned` (no process of the run lives), `unknown` (its processes are not ours to judge) or
 * `unread` (not all of it can be read, so nothing is known of its end).
 */
export type JournalState = 'ended' | 'late' | 'alive' | 'abandoned' | 'unknown' | 'unread'

/** Judges a journal by its events and its processes. */
export function journalState(journal: Journal): JournalState {
  if (journal.unread !== undefined) return 'unread'
  if (journal.events.some((event) => event.finish !== undefined)) return 'ended'
  if (!journal.events.some((event) => event.start !== undefined)) return 'late'
  const processes = journal.events.flatMap((event) => event.process ?? [])
  const judged = processes.map((process) => judgeProcess(process))
  if (judged.includes('alive')) return 'alive'
  return judged.includes('unknown') ? 'unknown' : 'abandoned'
}
