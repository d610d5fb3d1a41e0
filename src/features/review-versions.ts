import { curvesOf } from '../domain/curves.ts'
import type { Review } from '../domain/review.ts'
import type { Side } from '../domain/side.ts'
import { webRepository, type WebRepository } from '../domain/web-url.ts'
import { remoteAddress } from '../git/remotes.ts'
import type { Store } from '../store/open-store.ts'
import { readSeries } from '../store/runs.ts'
import { compareVersions, type CompareOptions } from './compare-versions.ts'

/** How two versions are compared for a report. */
export interface ReviewOptions extends CompareOptions {
  /** Whether the report links to where commits are shown; by default it does. */
  links?: boolean
}

/**
 * Compares two versions, and gathers what a report shows beside the numbers: the curves, and where commits are shown.
 *
 * @throws ModelError as {@link compareVersions}.
 */
export async function reviewVersions(
  store: Store,
  base?: string,
  head?: string,
  options: ReviewOptions = {},
): Promise<Review> {
  // Asked at once: git answers while the versions are compared.
  const asked = options.links === false ? undefined : webOf(store)
  asked?.catch(() => undefined)
  const comparison = await compareVersions(store, base, head, options)
  const seriesOf = async ({ record }: Side): ReturnType<typeof readSeries> =>
    record === undefined ? undefined : readSeries(store, record.run)
  const [from, to, web] = await Promise.all([seriesOf(comparison.base), seriesOf(comparison.head), asked])
  return {
    comparison,
    curves: curvesOf(comparison.metrics, from, to),
    ...(web !== undefined && { web }),
  }
}

async function webOf({ repo }: Store): Promise<WebRepository | undefined> {
  const address = await remoteAddress(repo)
  return address === undefined ? undefined : webRepository(address)
}
