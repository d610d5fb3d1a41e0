import { compareSides, type Comparison } from '../../src/domain/comparison.ts'
import { diffCardFields } from '../../src/domain/card-fields.ts'
import type { Config } from '../../src/domain/config.ts'
import { curvesOf } from '../../src/domain/curves.ts'
import type { Review } from '../../src/domain/review.ts'
import type { MetricSummary, RunRecord } from '../../src/domain/run.ts'
import { toColumns, type Series } from '../../src/domain/series.ts'
import type { Side, SideModel } from '../../src/domain/side.ts'

/** What a made-up side holds. */
export interface SideParts {
  metrics?: Record<string, number>
  params?: Record<string, string | number>
  models?: SideModel[]
  name?: string
  /** Values by metric, one a step. */
  curves?: Record<string, number[]>
}

/** Makes a review of two made-up runs. */
export function makeReview(
  base: SideParts,
  head: SideParts,
  config: Config = {},
  before: Config = config,
): Review {
  const rules = {
    base: { side: 'base', config: before, lineOf: () => undefined },
    head: { side: 'head', config, lineOf: () => undefined },
  } as const
  const comparison = compareSides(sideOf('a', base), sideOf('b', head), rules, diffCardFields)
  const curves = curvesOf(comparison.metrics, seriesOf('a', base), seriesOf('b', head))
  return { comparison, curves }
}

/** Makes a review of made-up models, each with a run of its own on both sides. */
export function makeModelsReview(
  models: readonly { name: string; base: SideParts; head: SideParts }[],
  config: Config = {},
): Review {
  const rules = {
    base: { side: 'base', config, lineOf: () => undefined },
    head: { side: 'head', config, lineOf: () => undefined },
  } as const
  const pairs = models.map(({ name, base, head }, index) => ({
    of: [name],
    base: sideOf('a', base, `a${index}`),
    head: sideOf('b', head, `b${index}`),
  }))
  const comparison = compareSides(sideOf('a', {}), sideOf('b', {}), rules, diffCardFields, pairs)
  const curves = models.flatMap(({ name, base, head }, index) =>
    curvesOf(pairsMetrics(comparison, name), seriesOf('a', base), seriesOf('b', head)).map((curve) => ({
      ...curve,
      of: pairs[index]!.of,
    })),
  )
  return { comparison, curves }
}

function pairsMetrics({ parts, metrics }: Comparison, name: string): Comparison['metrics'] {
  return parts?.find(({ of }) => of?.[0] === name)?.metrics ?? metrics
}

function sideOf(
  digit: string,
  { metrics = {}, params = {}, models = [], name = digit }: SideParts,
  run = digit,
): Side {
  const oid = digit.repeat(40)
  const record: RunRecord = {
    schema: 'run/v1',
    run: run.padEnd(40, digit),
    name,
    kind: 'training',
    status: 'finished',
    started: '2026-01-02T03:04:05.000Z',
    code: { commit: oid, tree: oid, dirty: false },
    params,
    metrics: Object.fromEntries(Object.entries(metrics).map(([key, last]) => [key, summaryOf(last)])),
    revision: 1,
  }
  return { label: `branch-${digit}`, commit: oid, record, rule: 'produced', candidates: 1, models }
}

function summaryOf(last: number): MetricSummary {
  return { last, step: 1, min: last, max: last, count: 1, time: 0 }
}

function seriesOf(digit: string, { curves = {} }: SideParts): Series {
  const metrics = Object.entries(curves).map(([name, values]) => {
    return [name, toColumns(values.map((value, step) => ({ step, value, time: 0 })))] as const
  })
  return { schema: 'series/v1', run: digit.repeat(40), metrics: Object.fromEntries(metrics) }
}
