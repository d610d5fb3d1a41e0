import type { Part } from '../domain/compare-part.ts'
import { curvesOf, type Curve } from '../domain/curves.ts'
import type { Review } from '../domain/review.ts'
import { webRepository, type WebRepository } from '../domain/web-url.ts'
import { remoteAddress } from '../git/remotes.ts'
import type { Store } from '../store/store.ts'
import { readSeries } from '../store/runs.ts'
import { compareVersions, type CompareOptions } from './compare-versions.ts'

/** How two versions are compared for a report. */
export interface ReviewOptions extends CompareOptions {
  /** Whether the report links to where commits are shown; by default it does. */
  links?: boolean
  /** Where commits are shown, where that is known; else it is derived from the remote's address. */
  web?: WebRepository
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
  const asked = options.links === false ? undefined : (options.web ?? webOf(store))
  if (asked instanceof Promise) asked.catch(() => undefined)
  const comparison = await compareVersions(store, base, head, options)
  const parts = comparison.parts ?? [comparison]
  const [curves, web] = await Promise.all([Promise.all(parts.map((part) => curvesIn(store, part))), asked])
  return { comparison, curves: curves.flat(), ...(web !== undefined && { web }) }
}

async function curvesIn(store: Store, { of, base, head, metrics }: Part): Promise<Curve[]> {
  // Beside models that changed, those that did not are not drawn.
  if (of !== undefined && base.record?.run === head.record?.run) return []
  const [from, to] = await Promise.all(
    [base, head].map(async ({ record }) =>
      record === undefined ? undefined : readSeries(store, record.run),
    ),
  )
  return curvesOf(metrics, from, to).map((curve) => ({ ...curve, ...(of !== undefined && { of }) }))
}

async function webOf({ repo }: Store): Promise<WebRepository | undefined> {
  const address = await remoteAddress(repo)
  return address === undefined ? undefined : webRepository(address)
}
