import type { Oid } from '../domain/run.ts'
import { listNotes, notePath } from '../git/notes.ts'
import { committerIdentity, ObjectWriter } from '../git/object-writer.ts'
import { readTips } from '../git/read-tips.ts'
import { CARDS_NOTES, forkRef, RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs } from '../git/update-refs.ts'

/**
 * Takes from a fetched fork the runs, series and cards that are not here. What is here stays as it is: a fork may say
 * what its own runs measured, and nothing about ours.
 */
export async function adoptFork(repo: Repository): Promise<void> {
  await untilWon(async () => {
    const tips = await readTips(repo)
    const writer = new ObjectWriter(await committerIdentity(repo))
    const planned: { ref: string; from: Oid | undefined; commit: ReturnType<ObjectWriter['commit']> }[] = []
    for (const ref of [RUNS_NOTES, SERIES_NOTES, CARDS_NOTES]) {
      const [ours, theirs] = [tips.get(ref), tips.get(forkRef(ref))]
      if (theirs === undefined) continue
      const known = new Set(
        ours === undefined ? [] : (await listNotes(repo, ours)).map(({ target }) => target),
      )
      const changes = (await listNotes(repo, theirs))
        .filter(({ target }) => !known.has(target))
        .map(({ target, blob }) => ({ path: notePath(target), blob }))
      if (changes.length === 0) continue
      const parents = ours === undefined ? [] : [ours]
      const commit = writer.commit({ parents, message: 'runs and cards of a fork\n', changes })
      planned.push({ ref, from: ours, commit })
    }
    const oidOf = await writer.write(repo)
    const updates = planned.map(({ ref, from, commit }) => ({ ref, from, to: oidOf(commit) }))
    return (await updateRefs(repo, updates, 'git-model: runs of a fork')) ? true : undefined
  })
}
