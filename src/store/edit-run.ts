import type { JournalEvent } from '../domain/journal-event.ts'
import type { Oid } from '../domain/run.ts'
import { appendEvent } from '../journal/append-event.ts'
import { journalFolder } from '../journal/journal-folder.ts'
import { settleStore, type Store } from './open-store.ts'

/**
 * Adds to a run: metrics, params, tags, notes, links, outputs. A run that still runs takes it into its
 * journal; one that ended gets a new revision of its notes at once.
 *
 * @returns the store with the refs as they stand then.
 * @throws ModelError `disk-full`, `write-failed`, `busy`.
 */
export async function editRun(store: Store, run: Oid, event: Omit<JournalEvent, 'time'>): Promise<Store> {
  const folder = journalFolder(store.repo.commonDir, run)
  appendEvent(folder, { time: store.world.now(), ...event }, true)
  return settleStore(store)
}
