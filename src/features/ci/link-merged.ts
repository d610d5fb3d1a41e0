import type { CiEvent } from '../../domain/ci-event.ts'
import { isModelError } from '../../domain/errors.ts'
import type { Oid } from '../../domain/run.ts'
import type { Forge, MergedRequest } from '../../forge/forge.ts'
import { fetchCommits } from '../../git/fetch-commits.ts'
import { chooseRemote, fetchMetadata } from '../../git/remotes.ts'
import { gitLine } from '../../git/run-git.ts'
import { refreshStore, settleStore, type Store } from '../../store/open-store.ts'
import { syncPrefix } from '../../store/sync-prefix.ts'
import { editRun } from '../../store/edit-run.ts'
import { runsOfCommit, standingRun } from '../link-runs.ts'
import { syncMetadata } from '../sync-metadata.ts'

/** What was linked after a merge. */
export interface MergeLinked {
  commit: Oid
  /** The request that was merged; undefined where the commit is of none. */
  request?: number
  /** The last commit of its branch. */
  head?: Oid
  /** Why nothing was linked: the commit is of no request, its run is found without a link, or the branch has no run. */
  none?: 'no-request' | 'found' | 'no-run'
  runs: { run: Oid; name: string }[]
}

/**
 * Ties the commit that a merge made to the runs that belonged to the last commit of the branch, where no other rule
 * finds one: after a squash or rebase onto a base that had moved. Then pushes, again and again where others push too.
 *
 * @throws ModelError `remote-unreachable`, `remote-refused`, `sync-race`.
 */
export async function linkMerged(store: Store, event: CiEvent, forge: Forge): Promise<MergeLinked> {
  const { repo } = store
  const remote = await chooseRemote(repo)
  await fetchMetadata(repo, remote, await syncPrefix(repo))
  const commit = event.head
  await fetchCommits(repo, remote, [commit])
  let settled = await settleStore(await refreshStore(store))
  const merged = await findRequest(settled, event, forge, remote)
  if (merged === undefined) return { commit, none: 'no-request', runs: [] }
  const answer = { commit, request: merged.number, head: merged.head }
  if (standingRun(await runsOfCommit(settled, commit)) !== undefined)
    return { ...answer, none: 'found', runs: [] }
  const refs = requestRef(event, merged.number)
  if ((await fetchCommits(repo, remote, [merged.head], [refs])).length > 0)
    return { ...answer, none: 'no-run', runs: [] }
  const linked = await runsOfCommit(settled, merged.head)
  const standing = standingRun(linked)
  if (standing === undefined) return { ...answer, none: 'no-run', runs: [] }
  // Those that compete for the branch's last commit compete for the merged one: the same one stands for both.
  const runs = linked.filter(({ rule }) => rule === standing.rule).map(({ run }) => run.record)
  for (const { run } of runs) settled = await editRun(settled, run, { links: [commit] })
  await syncMetadata(settled, remote)
  return { ...answer, runs: runs.map(({ run, name }) => ({ run, name })) }
}

// The host knows. Where it is not asked or does not answer, the commit's own message may name the request.
async function findRequest(
  { repo }: Store,
  event: CiEvent,
  forge: Forge,
  remote: string,
): Promise<MergedRequest | undefined> {
  try {
    return await forge.mergedRequest(event.head)
  } catch (error) {
    if (!isModelError(error)) throw error
  }
  const message = await gitLine(repo, ['log', '-1', '--format=%B', event.head])
  const [subject = ''] = message.split('\n')
  const number = event.host === 'github' ? /\(#(\d{1,9})\)$/.exec(subject)?.[1] : mergeTrailer(message)
  if (number === undefined) return undefined
  const ref = requestRef(event, Number(number))
  const head = (await gitLine(repo, ['ls-remote', '--', remote, ref], { ok: [0, 128] })).split('\t')[0]
  return head === undefined || head === '' ? undefined : { number: Number(number), head }
}

function mergeTrailer(message: string): string | undefined {
  return /^See merge request \S*!(\d{1,9})$/m.exec(message)?.[1]
}

function requestRef({ host }: CiEvent, number: number): string {
  return host === 'github' ? `refs/pull/${number}/head` : `refs/merge-requests/${number}/head`
}
