import { applyEvents, type RunState } from '../domain/apply-events.ts'
import { journalState } from '../journal/journal-state.ts'
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
    const state = applyEvents(undefined, journal.events)
    if (state === undefined) return []
    const standing = journalState(journal)
    return [{ state, live: standing === 'alive' || standing === 'unknown' }]
  })
}

/** As {@link liveStates}, without the step histories. */
export function liveRuns(store: Store): StoredRun[] {
  return liveStates(store).map(({ state, live }) => ({ record: state.record, live }))
}
