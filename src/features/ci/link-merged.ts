import type { CiEvent } from '../../domain/ci-event.ts'
import { isModelError } from '../../domain/errors.ts'
import { columnName } from '../../domain/run-cells.ts'
import { compareCandidates, isEligible } from '../../domain/run-links.ts'
import type { Oid, RunRecord } from '../../domain/run.ts'
import type { Forge, MergedRequest } from '../../forge/forge.ts'
import { fetchCommits } from '../../git/fetch-commits.ts'
import { chooseRemote, fetchMetadata } from '../../git/remotes.ts'
import { gitLine } from '../../git/run-git.ts'
import { refreshStore, settleStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { syncPrefix } from '../../store/sync-prefix.ts'
import { readConfig } from '../../store/config.ts'
import { askRuns } from '../../store/run-index.ts'
import { editRun } from '../../store/edit-run.ts'
import { runsOfCommit, standingRun, type LinkedRun } from '../link-runs.ts'
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

/** How many commits of one push are looked at, the last ones. */
const MAX_COMMITS = 50

/**
 * Ties the commits that merges made to the runs of their branches, where no other rule finds one: after a squash or rebase
 * onto a base that had moved. A merge queue may push the merges of several requests at once. Then pushes, again and again
 * where others push too.
 *
 * @throws ModelError `remote-unreachable`, `remote-refused`, `sync-race`.
 */
export async function linkMerged(
  store: Store,
  event: CiEvent,
  forge: Forge,
): Promise<MergeLinked & { earlier: MergeLinked[] }> {
  const { repo } = store
  const remote = await chooseRemote(repo)
  await fetchMetadata(repo, remote, await syncPrefix(repo))
  const settled = await settleStore(await refreshStore(store))
  const before = [...new Set(event.commits ?? [])].filter((commit) => commit !== event.head)
  const commits = [...before, event.head].slice(-MAX_COMMITS)
  await fetchCommits(repo, remote, commits)
  const linked: MergeLinked[] = []
  for (const head of commits) linked.push(await linkCommit(settled, { ...event, head }, forge, remote))
  if (linked.some(({ runs }) => runs.length > 0)) await syncMetadata(await refreshStore(settled), remote)
  // Most commits of a push are no merges, and of those there is nothing to say.
  const earlier = linked.slice(0, -1).filter(({ none }) => none !== 'no-request')
  return { ...linked.at(-1)!, earlier }
}

async function linkCommit(store: Store, event: CiEvent, forge: Forge, remote: string): Promise<MergeLinked> {
  const { repo } = store
  const commit = event.head
  let settled = await refreshStore(store)
  const merged = await findRequest(settled, event, forge, remote)
  if (merged === undefined) return { commit, none: 'no-request', runs: [] }
  const answer = { commit, request: merged.number, head: merged.head }
  if (standingRun(await runsOfCommit(settled, commit)) !== undefined)
    return { ...answer, none: 'found', runs: [] }
  const refs = requestRef(event, merged.number)
  const isHere = (await fetchCommits(repo, remote, [merged.head], [refs])).length === 0
  const ofHead = isHere ? await runsOfCommit(settled, merged.head) : []
  const runs = await branchRuns(settled, ofHead, await commitsOf(forge, merged), commit)
  if (runs.length === 0) return { ...answer, none: 'no-run', runs: [] }
  for (const { run } of runs) settled = await editRun(settled, run, { links: [commit] })
  return { ...answer, runs: runs.map(({ run, name }) => ({ run, name })) }
}

// The same run stands for the merged commit as for the branch: of its last commit that has one. Those that compete with
// it there are linked too, and of earlier commits those that come behind it.
async function branchRuns(
  store: Store,
  ofHead: readonly LinkedRun[],
  commits: readonly Oid[],
  merged: Oid,
): Promise<RunRecord[]> {
  const better = compareCandidates(await readConfig(store.repo, merged))
  const standing = standingRun(ofHead)
  const own = ofHead.filter(({ rule }) => rule === standing?.rule).map(({ run }) => run.record)
  const earlier = await runsFrom(store, commits)
  const last = commits.find((commit) => earlier.some(({ code }) => code.commit === commit))
  const first = standing === undefined ? earlier.filter(({ code }) => code.commit === last) : own
  const stands = [...first].sort(better)[0]
  if (stands === undefined) return []
  const known = new Set(first.map(({ run }) => run))
  const behind = earlier.filter((record) => !known.has(record.run) && better(stands, record) < 0)
  return [...first, ...behind].sort(better)
}

// Runs that may stand for a commit, of those that started from one of these.
async function runsFrom(store: Store, commits: readonly Oid[]): Promise<RunRecord[]> {
  return askRuns(store, async (runs) => {
    const rows = runs.findDigits(columnName('attribute', 'code.commit'), commits, ({ code }) => [code.commit])
    const found = await runs.load(rows.filter((row) => runs.isNoted(row)))
    return found.map(({ record }) => record).filter(isEligible)
  })
}

async function commitsOf(forge: Forge, { number, head }: MergedRequest): Promise<Oid[]> {
  try {
    return [...new Set([head, ...(await forge.requestCommits(number))])]
  } catch (error) {
    if (!isModelError(error)) throw error
    return [head]
  }
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
