import { fromStored } from '../domain/number.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import type { RunRecord } from '../domain/run.ts'
import type { Store } from '../store/store.ts'
import { findProducers } from '../store/runs.ts'

/**
 * Returns how many samples the runs saw that produced some weights: the newest run of each that says so, as a
 * parameter or as the last value of a metric.
 *
 * @param oids - SHA-256 of each file.
 * @param name - of the parameter or metric.
 * @returns in the order of `oids`; undefined where no run says it.
 */
export async function sampleCounts(
  store: Store,
  oids: readonly string[],
  name: string,
): Promise<(number | undefined)[]> {
  const found = await findProducers(store, oids.filter((oid) => oid !== '').map(sha256Name))
  const runs = found
    .map(({ record }) => record)
    .filter((run) => run.deleted !== true)
    .sort((a, b) => (a.started < b.started ? 1 : -1))
  return oids.map((oid) =>
    runs
      .filter((run) => run.outputs?.files.some((file) => file.oid === sha256Name(oid)))
      .map((run) => countIn(run, name))
      .find((count) => count !== undefined),
  )
}

function countIn({ params = {}, metrics = {} }: RunRecord, name: string): number | undefined {
  const param = Object.hasOwn(params, name) ? Number(params[name]) : undefined
  const last = Object.hasOwn(metrics, name) ? metrics[name]?.last : undefined
  const count = param ?? (last === undefined ? undefined : fromStored(last))
  return count !== undefined && Number.isFinite(count) && count > 0 ? count : undefined
}
