import type { MetricChange } from './compare-metrics.ts'
import type { Goal } from './config.ts'
import { fromStored } from './number.ts'
import type { Series, SeriesColumns } from './series.ts'
import { keptIndices } from './sparkline.ts'

/** The history of one metric on both sides, thinned for a drawing. */
export interface Curve {
  name: string
  /** The models that it is of, where models have runs of their own. */
  of?: string[]
  goal?: Goal
  base?: CurveLine
  head?: CurveLine
}

/** One line of a drawing: columns of equal length, ordered by step. Values may be NaN or infinite. */
export interface CurveLine {
  step: number[]
  value: number[]
}

/** How many curves a report draws. */
export const MAX_CURVES = 6
/** How many points one line keeps; the extremes of every stretch stay. */
const MAX_POINTS = 200
/** Fewer points than this make no curve. */
const MIN_POINTS = 3

/**
 * Chooses the curves that are worth drawing: of metrics in the order of the comparison, those that changed first,
 * where at least one side has three steps or more, and moved.
 */
export function curvesOf(
  metrics: readonly MetricChange[],
  base: Series | undefined,
  head: Series | undefined,
): Curve[] {
  const isNotable = ({ primary, goal, verdict }: MetricChange): boolean =>
    primary || (goal !== undefined && verdict !== 'same')
  const order = [...metrics].sort((a, b) => Number(isNotable(b)) - Number(isNotable(a)))
  const curves: Curve[] = []
  for (const { name, goal } of order) {
    const [from, to] = [lineOf(base, name), lineOf(head, name)]
    if (Math.max(from?.step.length ?? 0, to?.step.length ?? 0) < MIN_POINTS) continue
    if (isFlat(from?.value ?? []) && isFlat(to?.value ?? [])) continue
    curves.push({
      name,
      ...(goal !== undefined && { goal }),
      ...(from !== undefined && { base: from }),
      ...(to !== undefined && { head: to }),
    })
    if (curves.length === MAX_CURVES) break
  }
  return curves
}

/** Returns the extent of a curve's finite values and of its steps; undefined where no value is finite. */
export function extentOf({ base, head }: Curve): { step: Extent; value: Extent } | undefined {
  const lines = [base, head].filter((line) => line !== undefined)
  const values = lines.flatMap(({ value }) => value).filter(Number.isFinite)
  const steps = lines.flatMap(({ step }) => step)
  if (values.length === 0) return undefined
  return { step: extent(steps), value: extent(values) }
}

/** The least and the greatest of some numbers. */
export interface Extent {
  min: number
  max: number
}

function extent(numbers: readonly number[]): Extent {
  return {
    min: numbers.reduce((a, b) => Math.min(a, b), Infinity),
    max: numbers.reduce((a, b) => Math.max(a, b), -Infinity),
  }
}

// One value throughout: the table has said it, of each side.
function isFlat(values: readonly number[]): boolean {
  return values.every((value) => Object.is(value, values[0]))
}

function lineOf(series: Series | undefined, name: string): CurveLine | undefined {
  const metrics = series?.metrics ?? {}
  const columns = Object.hasOwn(metrics, name) ? metrics[name] : undefined
  if (columns === undefined || columns.step.length === 0) return undefined
  return thin(columns)
}

function thin({ step, value }: SeriesColumns): CurveLine {
  const values = value.map(fromStored)
  const kept = keptIndices(values, MAX_POINTS)
  return { step: kept.map((index) => step[index]!), value: kept.map((index) => values[index]!) }
}
