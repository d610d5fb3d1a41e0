import { CARDS_NOTES, REMOTES, RUNS_NOTES } from '../git/refs.ts'
import type { Store } from './store.ts'

/** Whether metadata is here, there is none, or a remote may have some that was never fetched. */
export type MetadataState = 'here' | 'none' | 'unfetched'

/** Tells how one kind of metadata stands in this clone. Nothing is fetched. */
export async function metadataState(store: Store, kind: 'runs' | 'cards'): Promise<MetadataState> {
  if (store.tips.has(kind === 'runs' ? RUNS_NOTES : CARDS_NOTES)) return 'here'
  if ([...store.tips.keys()].some((ref) => ref.startsWith(REMOTES))) return 'none'
  const { listRemotes, wasFetched } = await import('../git/remotes.ts')
  const remotes = await listRemotes(store.repo)
  return remotes.some((remote) => !wasFetched(store.repo, remote)) ? 'unfetched' : 'none'
}
