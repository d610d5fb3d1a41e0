import { CARDS_NOTES, RUNS_NOTES } from '../git/refs.ts'
import { diffNotes } from '../git/notes.ts'
import { readTips } from '../git/read-tips.ts'
import { openRepository } from '../git/repository.ts'
import type { World } from '../domain/world.ts'
import { foldFetched } from '../store/fold-fetched.ts'

/** Folds what was fetched into the local refs. @returns how many runs and cards came, new or changed. */
export async function foldAfterFetch(world: World): Promise<{ runs: number; cards: number }> {
  const repo = await openRepository(world)
  const before = await readTips(repo)
  const after = await foldFetched(repo, before)
  const count = async (ref: string): Promise<number> => {
    const tip = after.get(ref)
    return tip === undefined ? 0 : (await diffNotes(repo, before.get(ref), tip)).length
  }
  return { runs: await count(RUNS_NOTES), cards: await count(CARDS_NOTES) }
}
