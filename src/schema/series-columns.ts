import { comparePoints, type Point, type SeriesColumns } from '../domain/series.ts'

/** Says what is wrong with the columns of a metric that the schema allows; undefined where nothing is. */
export function describeColumns(columns: SeriesColumns): string | undefined {
  const { step, value, time } = columns
  if (step.length !== value.length || step.length !== time.length) {
    return `has columns of ${step.length} steps, ${value.length} values and ${time.length} times`
  }
  for (let index = 1; index < step.length; index++) {
    if (step[index - 1]! < step[index]!) continue
    if (comparePoints(pointAt(columns, index - 1), pointAt(columns, index)) > 0)
      return `is out of order at its point ${index}`
  }
  return undefined
}

function pointAt({ step, value, time }: SeriesColumns, index: number): Point {
  return { step: step[index]!, value: value[index]!, time: time[index]! }
}
