import { metadataState } from './metadata-state.ts'
import type { Store } from './store.ts'

/** Puts what to type where a name is not known into order: a sync comes first in a clone that never fetched runs. */
export async function syncFirst(store: Store, hints: readonly string[]): Promise<string[]> {
  if ((await metadataState(store, 'runs')) !== 'unfetched') return [...hints]
  const others = hints.filter((hint) => !hint.startsWith('git model sync'))
  return ['git model sync   (no runs were ever fetched)', ...others]
}
