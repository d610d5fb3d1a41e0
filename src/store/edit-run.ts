import { allowSecrets } from '../domain/allow-secrets.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import { maskEvent } from '../domain/mask-words.ts'
import type { Oid } from '../domain/run.ts'
import { appendEvents } from '../journal/append-event.ts'
import { journalFolder } from '../journal/journal-folder.ts'
import { readConfig } from './config.ts'
import { settleStore } from './open-store.ts'
import type { Store } from './store.ts'

/** The store after a run was added to. */
export interface EditedStore extends Store {
  /** What was masked, because it looks like a credential: `params.hf_token`. */
  readonly masked: readonly string[]
}

/**
 * Adds to a run: metrics, params, tags, notes, links, outputs. A run that still runs takes it into its
 * journal; one that ended gets a new revision of its notes at once.
 *
 * @param allowed - patterns of what may be kept although it looks like a credential, besides those of `.gitmodel.yaml`.
 * @returns the store with the refs as they stand then, and the places that were masked.
 * @throws ModelError `disk-full`, `write-failed`, `busy`, `config-invalid`.
 */
export async function editRun(
  store: Store,
  run: Oid,
  added: Omit<JournalEvent, 'time'> | readonly Omit<JournalEvent, 'time'>[],
  allowed: readonly string[] = [],
): Promise<EditedStore> {
  const now = store.world.now()
  const events = [added].flat().map((event) => ({ time: now, ...event }))
  const folder = journalFolder(store.repo.commonDir, run)
  // The configuration counts only where something is to be masked: reading it costs a YAML parser.
  const isDoubtful = events.some((event) => maskEvent(event).masked.length > 0)
  const configured = isDoubtful ? ((await readConfig(store.repo)).secrets?.allow ?? []) : []
  const isAllowed = allowSecrets([...configured, ...allowed])
  const masked = appendEvents(folder, events, true, isAllowed)
  const settled = await settleStore(store)
  const unfolded = settled.unfolded ?? settled.left?.find((left) => left.run === run)?.error
  if (unfolded !== undefined) throw unfolded
  return { ...settled, masked }
}
