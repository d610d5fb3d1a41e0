import type { CiEvent } from '../../domain/ci-event.ts'
import { isModelError, ModelError } from '../../domain/errors.ts'
import type { Review } from '../../domain/review.ts'
import type { Oid } from '../../domain/run.ts'
import type { Forge } from '../../forge/forge.ts'
import { deepen, fetchCommits } from '../../git/fetch-commits.ts'
import { mergeBase } from '../../git/merge-base.ts'
import { readObjects } from '../../git/read-objects.ts'
import { chooseRemote, fetchFork, fetchMetadata, pushAddress, rememberAddress } from '../../git/remotes.ts'
import { resolveCommit } from '../../git/resolve.ts'
import { adoptFork } from '../../store/adopt-fork.ts'
import { refreshStore, settleStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { syncPrefix } from '../../store/sync-prefix.ts'
import { reviewVersions, type ReviewOptions } from '../review-versions.ts'

/** A review as a CI job makes it. */
export interface CiReview {
  review: Review
  event: CiEvent
  /** What a reader should know of how it was made. */
  remarks: string[]
}

/**
 * Makes the review of a CI job in whatever clone the job has, a shallow one too: fetches the notes and the two commits,
 * finds their merge base, and compares. Nothing is pushed.
 *
 * @throws ModelError `remote-unreachable`, `revision-unknown`, `config-invalid`, and what comparing throws.
 */
export async function prepareReview(
  store: Store,
  given: CiEvent,
  forge: Forge,
  options: ReviewOptions = {},
): Promise<CiReview> {
  const remarks: string[] = []
  const event = await withRequest(given, forge, remarks)
  const remote = await chooseRemote(store.repo)
  const prefix = await syncPrefix(store.repo)
  await fetchMetadata(store.repo, remote, prefix)
  rememberAddress(store.repo, remote, await pushAddress(store.repo, remote))
  let settled = await settleStore(await refreshStore(store))
  if (event.fork !== undefined) {
    if (await fetchFork(store.repo, event.fork, prefix)) {
      await adoptFork(store.repo)
      settled = await settleStore(await refreshStore(store))
    } else remarks.push(`The runs of ${event.fork} could not be fetched.`)
  }
  const base = await findBase(settled, remote, event, forge, remarks)
  // The host says where it shows commits, whatever it is called.
  const review = await reviewVersions(settled, base, event.head, {
    ...options,
    ...(event.web !== undefined && { web: event.web }),
  })
  return { review, event, remarks }
}

// A workflow that runs after another one is not told which request it is about, where that comes from a fork.
async function withRequest(event: CiEvent, forge: Forge, remarks: string[]): Promise<CiEvent> {
  if (event.number !== undefined || event.headLabel === undefined) return event
  const found = await unlessRefused(forge.openRequest(event.headLabel, event.head))
  if (found !== undefined) return { ...event, ...found }
  remarks.push('No open pull request has this commit as its last one.')
  return event
}

async function findBase(
  store: Store,
  remote: string,
  event: CiEvent,
  forge: Forge,
  remarks: string[],
): Promise<string> {
  const { repo } = store
  const { head, base, target } = event
  const refs = requestRefs(event)
  const missing = await fetchCommits(repo, remote, [head], refs)
  if (missing.length > 0 && event.fork !== undefined) await fetchCommits(repo, event.fork, [head])
  if (base !== undefined) {
    if ((await fetchCommits(repo, remote, [base])).length === 0) return base
    if (event.fork !== undefined && (await fetchCommits(repo, event.fork, [base])).length === 0) return base
    remarks.push(`The commit ${base.slice(0, 12)} is gone from the remote.`)
  }
  if (target === undefined) return firstParent(store, remote, head)
  await fetchCommits(repo, remote, [target])
  const common =
    (await mergeBase(repo, target, head)) ??
    (await unlessRefused(forge.mergeBase(target, head))) ??
    (await deepened(store, remote, target, head))
  if (common !== undefined && (await fetchCommits(repo, remote, [common])).length === 0) return common
  remarks.push('Where the branch left its base could not be found: it is compared with the tip of the base.')
  return target
}

async function deepened({ repo }: Store, remote: string, a: Oid, b: Oid): Promise<Oid | undefined> {
  for (const by of [50, 500, 5000]) {
    await deepen(repo, remote, [a, b], by)
    const found = await mergeBase(repo, a, b)
    if (found !== undefined) return found
  }
  return undefined
}

// A job that was started by hand or by a clock, or by the first push of a branch: what its commit changed.
async function firstParent({ repo }: Store, remote: string, head: Oid): Promise<string> {
  const parent = `${head}^`
  if (await isRoot(repo, head)) {
    const short = head.slice(0, 12)
    throw new ModelError(
      'revision-unknown',
      `${short} is the first commit, so there is nothing to compare it with`,
      { hints: [`git model show ${short}`, 'the next push is compared with it'], data: { revision: head } },
    )
  }
  try {
    await resolveCommit(repo, parent)
  } catch {
    await deepen(repo, remote, [head], 1)
  }
  await resolveCommit(repo, parent)
  return parent
}

// Of its own words: in a shallow clone git says of any commit that it has no parent.
async function isRoot(repo: Store['repo'], commit: Oid): Promise<boolean> {
  const [object] = await readObjects(repo, [commit])
  const [headers = ''] = object?.content.toString('latin1').split('\n\n', 1) ?? []
  return object?.type === 'commit' && !/^parent /m.test(headers)
}

// Hosts keep what a request consists of even where a commit cannot be asked for by its name.
function requestRefs({ host, number }: CiEvent): string[] {
  if (number === undefined) return []
  return [host === 'github' ? `refs/pull/${number}/head` : `refs/merge-requests/${number}/head`]
}

async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isModelError(error)) return undefined
    throw error
  }
}
