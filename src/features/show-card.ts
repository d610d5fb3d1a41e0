import type { Oid } from '../domain/run.ts'
import { parseCard } from '../schema/card-document.ts'
import type { ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { findCardOf } from './find-card.ts'

/** What is known of a model's card. */
export type ModelCard =
  /** Nobody wrote one, or none was ever fetched. */
  | { state: 'missing' | 'unfetched' }
  /** `stale`: an earlier version of the model, the one in `commit`, has this card and the present one has none. */
  | { state: 'current' | 'stale'; card: Record<string, unknown>; commit?: Oid }
  | { state: 'unreadable'; problem: string }

/** Finds the card of a model, or of the newest version of it that has one. */
export async function findModelCard(store: Store, model: ModelAt): Promise<ModelCard> {
  const { state, text, previous } = await findCardOf(store, model)
  if (text !== undefined) return readCard(text, { state: 'current' })
  if (previous !== undefined) return readCard(previous.text, { state: 'stale', commit: previous.commit })
  return { state: state === 'unfetched' ? 'unfetched' : 'missing' }
}

function readCard(text: string, found: { state: 'current' | 'stale'; commit?: Oid }): ModelCard {
  const parsed = parseCard(text)
  if ('problems' in parsed)
    return { state: 'unreadable', problem: parsed.problems[0]?.message ?? 'it is empty' }
  return { ...found, card: parsed.document.value }
}
