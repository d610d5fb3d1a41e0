import { CARDS_NOTES, RUNS_NOTES } from '../git/refs.ts'
import { diffNotes } from '../git/notes.ts'
import { readTips } from '../git/read-tips.ts'
import { openRepository } from '../git/repository.ts'
import type { World } from '../domain/world.ts'
import type { CardConflictAt } from './card-conflicts.ts'
import { refreshDigests } from '../store/refresh-digests.ts'
import { foldFetched } from '../store/fold-fetched.ts'
import type { RefusedRef } from '../store/refused-refs.ts'

/** What came with a fetch. */
export interface Received {
  /** How many are new or changed. */
  runs: number
  cards: number
  /** The conflicts of the cards that came. */
  conflicts: CardConflictAt[]
  /** What remotes have and cannot be taken. */
  refused: RefusedRef[]
}

/** Folds what was fetched into the local refs. */
export async function foldAfterFetch(world: World): Promise<Received> {
  const repo = await openRepository(world)
  const before = await readTips(repo)
  const { tips: after, refused } = await foldFetched(repo, { seen: before })
  await refreshDigests({ repo, world, tips: after })
  const count = async (ref: string): Promise<number> => {
    const tip = after.get(ref)
    return tip === undefined ? 0 : (await diffNotes(repo, before.get(ref), tip)).length
  }
  const cards = await count(CARDS_NOTES)
  // Reading cards needs a YAML parser, which most pulls end without.
  const conflictsSince = async (): Promise<CardConflictAt[]> => {
    const { cardConflicts } = await import('./card-conflicts.ts')
    return cardConflicts({ repo }, before.get(CARDS_NOTES), after.get(CARDS_NOTES))
  }
  const conflicts = cards === 0 ? [] : await conflictsSince()
  return { runs: await count(RUNS_NOTES), cards, conflicts, refused }
}
