import type { StoredNumber } from '../../src/domain/number.ts'
import type { MetricSummary, RunRecord } from '../../src/domain/run.ts'

/** A record to test with; metrics are given by their last value. */
export function runRecord(
  fields: Partial<Omit<RunRecord, 'metrics'>> & { metrics?: Record<string, StoredNumber> } = {},
): RunRecord {
  const { metrics, ...rest } = fields
  return {
    schema: 'run/v1',
    run: '9f2c0000000000000000000000000000000000aa',
    name: 'lr-3e-4',
    kind: 'training',
    status: 'finished',
    started: '2026-11-23T08:00:00.000Z',
    finished: '2026-11-23T09:00:00.000Z',
    author: 'Ada <ada@example.org>',
    code: { commit: `1b7e${'0'.repeat(36)}`, tree: `77ab${'0'.repeat(36)}`, branch: 'main', dirty: true },
    ...(metrics && {
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, last]) => [name, summary(last)])),
    }),
    revision: 1,
    ...rest,
  }
}

function summary(last: StoredNumber): MetricSummary {
  return { last, step: 1000, min: last, max: last, count: 1, time: 1_795_392_000_000 }
}
