import type { Oid } from '../domain/run.ts'
import { findUnkept } from '../git/find-unkept.ts'
import { committerIdentity, ObjectWriter } from '../git/object-writer.ts'
import { readTips } from '../git/read-tips.ts'
import { KEEP } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs } from '../git/update-refs.ts'
import { planKeep } from './plan-keep.ts'

/**
 * Has the keep chain reach commits that it does not reach, as where somebody deleted it.
 *
 * @returns where the chain stands then.
 */
export async function keepAgain(repo: Repository, commits: readonly Oid[]): Promise<Oid | undefined> {
  const identity = await committerIdentity(repo)
  const { tip } = await untilWon(async () => {
    const from = (await readTips(repo)).get(KEEP)
    const { loose } = await findUnkept(repo, from, commits)
    const writer = new ObjectWriter(identity)
    const mark = planKeep(writer, from, loose, `keep ${loose.length} again\n`)
    if (mark === undefined) return { tip: from }
    const to = (await writer.write(repo))(mark)
    return (await updateRefs(repo, [{ ref: KEEP, from, to }], 'git-model: keep again'))
      ? { tip: to }
      : undefined
  })
  return tip
}
