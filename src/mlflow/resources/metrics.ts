import { compareNumbers, fromStored } from '../../domain/number.ts'
import { toPoints, type Point } from '../../domain/series.ts'
import { invalid } from '../protocol-error.ts'
import type { Fields } from '../fields.ts'
import { cutPage } from '../page.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { findRun } from './runs.ts'

const MOST_BULK = 25_000
const MOST_RUNS = 100
const MOST_PER_RUN = 2500

/** `GET metrics/get-history`: ordered by time, then step, then value. */
export async function getHistory(tracking: Tracking, fields: Fields): Promise<object> {
  const [id, key] = [fields.runId(), fields.requiredText('metric_key')]
  const size = fields.optionalInteger('max_results')
  if (size !== undefined && size <= 0) {
    throw invalid(
      `Invalid value ${size} for parameter 'max_results' supplied. It must be a positive integer.`,
    )
  }
  const run = await tracking.findRun(id)
  const points = run === undefined ? [] : await readPoints(tracking, run, key)
  const { items, ...rest } = cutPage(points, size ?? points.length, fields.text('page_token'))
  const metrics = items.map((point) => toMetric(key, point))
  return { ...(metrics.length > 0 && { metrics }), ...rest }
}

/** `GET metrics/get-history-bulk` */
export async function getHistoryBulk(tracking: Tracking, fields: Fields): Promise<object> {
  const ids = fields.texts('run_id')
  if (ids.length === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.')
  if (ids.length > MOST_RUNS) throw tooMany('GetMetricHistoryBulk', 'cannot specify more than', ids.length)
  const key = fields.optionalText('metric_key')
  if (key === undefined) throw invalid('GetMetricHistoryBulk request must specify a metric_key.')
  const most = Math.min(fields.optionalInteger('max_results') ?? MOST_BULK, MOST_BULK)
  const metrics: object[] = []
  for (const id of ids.toSorted()) {
    const run = await tracking.findRun(id)
    if (run === undefined) continue
    for (const point of await readPoints(tracking, run, key)) {
      if (metrics.length < most) metrics.push({ ...toMetric(key, point), run_id: id })
    }
  }
  return { metrics }
}

/** `GET metrics/get-history-bulk-interval`: at most `max_results` steps, spread over what the runs have, ends included. */
export async function getHistoryInterval(tracking: Tracking, fields: Fields): Promise<object> {
  const ids = fields.texts('run_ids')
  if (ids.length === 0) fields.requiredText('run_ids')
  if (ids.length > MOST_RUNS)
    throw tooMany('GetMetricHistoryBulkInterval', 'must specify at most', ids.length)
  const key = fields.requiredText('metric_key')
  const most = fields.optionalInteger('max_results') ?? MOST_PER_RUN
  if (most < 1 || most > MOST_PER_RUN) throw invalid(`max_results must be between 1 and ${MOST_PER_RUN}.`)
  const inside = readInterval(fields)
  const histories = await Promise.all(
    ids.map(async (id) => {
      const points = await readPoints(tracking, await findRun(tracking, id), key)
      return { id, points: points.filter(({ step }) => inside(step)) }
    }),
  )
  const steps = [...new Set(histories.flatMap(({ points }) => points.map(({ step }) => step)))]
  const kept = new Set(
    spread(
      steps.sort((a, b) => a - b),
      most,
    ),
  )
  for (const { points } of histories) {
    for (const end of stepRange(points)) kept.add(end)
  }
  const metrics = histories.flatMap(({ id, points }) =>
    points
      .filter(({ step }) => kept.has(step))
      .sort((a, b) => a.step - b.step || a.time - b.time)
      .slice(0, MOST_PER_RUN)
      .map((point) => ({ ...toMetric(key, point), run_id: id })),
  )
  return metrics.length > 0 ? { metrics } : {}
}

/** Reads the whole history of a metric: the notes and what is in the journal, in MLflow's order. */
async function readPoints(tracking: Tracking, run: TrackedRun, key: string): Promise<Point[]> {
  if (!run.metrics.latest.has(key)) return []
  const columns = run.isLive ? undefined : await tracking.readColumns(run.run, key)
  const points = [...(columns === undefined ? [] : toPoints(columns)), ...run.metrics.added(key)].sort(
    compare,
  )
  return points.filter((point, index) => index === 0 || compare(points[index - 1]!, point) !== 0)
}

function compare(a: Point, b: Point): number {
  return a.time - b.time || a.step - b.step || compareNumbers(fromStored(a.value), fromStored(b.value))
}

function toMetric(key: string, { value, time, step }: Point): object {
  return { key, value, timestamp: time, step }
}

function readInterval(fields: Fields): (step: number) => boolean {
  const [start, end] = [fields.optionalInteger('start_step'), fields.optionalInteger('end_step')]
  if (start === undefined && end === undefined) return () => true
  if (start === undefined || end === undefined) {
    throw invalid('If either start step or end step are specified, both must be specified.')
  }
  if (start > end) {
    const found = `Found start_step=${start} and end_step=${end}.`
    throw invalid(`end_step must be greater than start_step. ${found}`)
  }
  return (step) => step >= start && step <= end
}

function spread(steps: readonly number[], most: number): number[] {
  if (steps.length <= most) return [...steps]
  const interval = steps.length / most
  return Array.from({ length: most }, (_, index) => steps[Math.floor(index * interval)]!).concat(
    steps.at(-1)!,
  )
}

function stepRange(points: readonly Point[]): number[] {
  if (points.length === 0) return []
  const steps = points.map(({ step }) => step)
  return [steps.reduce((a, b) => Math.min(a, b)), steps.reduce((a, b) => Math.max(a, b))]
}

function tooMany(request: string, verb: string, count: number): Error {
  return invalid(`${request} request ${verb} ${MOST_RUNS} run_ids. Received ${count} run_ids.`)
}
