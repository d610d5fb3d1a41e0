import { applyEvents, type RunState } from '../domain/apply-events.ts'
import { journalState } from '../journal/journal-state.ts'
import type { Journal } from '../journal/read-journal.ts'
import type { StoredRun } from './stored-run.ts'
import { readJournals } from './foldable-journals.ts'
import type { Store } from './store.ts'

/** What the journal of a run says of it. */
export interface LiveRun {
  state: RunState
  live: boolean
}

/** Reads the runs that are still in a journal. */
export function liveStates(store: Store): LiveRun[] {
  return readJournals(store.repo.commonDir).flatMap((journal) => {
    const state = tryApply(journal)
    if (state === undefined) return []
    const standing = journalState(journal)
    return [{ state, live: standing === 'alive' || standing === 'unknown' }]
  })
}

// Folding says of a damaged journal that it stays; all other runs are shown.
function tryApply({ events }: Journal): RunState | undefined {
  try {
    return applyEvents(undefined, events)
  } catch {
    return undefined
  }
}

/** As {@link liveStates}, without the step histories. */
export function liveRuns(store: Store): StoredRun[] {
  return liveStates(store).map(({ state, live }) => ({ record: state.record, live }))
}
