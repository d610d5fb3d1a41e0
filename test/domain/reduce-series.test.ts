import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reduceSeries } from '../../src/domain/reduce-series.ts'
import { summarise, toColumns, toPoints, type Series } from '../../src/domain/series.ts'

const run = 'a'.repeat(40)

function seriesOf(values: readonly (number | 'NaN')[], metrics: number): Series {
  const columns = toColumns(values.map((value, step) => ({ step, value, time: step })))
  const names = Array.from({ length: metrics }, (_, index) => `m${index}`)
  return { schema: 'series/v1', run, metrics: Object.fromEntries(names.map((name) => [name, columns])) }
}

it('keeps points of the series alone: the first, the last, the lowest and the highest', () => {
  const value = fc.oneof(
    { weight: 9, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    fc.constant('NaN' as const),
  )
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 400 }),
      // So many metrics that each has room for some ten points.
      fc.integer({ min: 9000, max: 12_000 }),
      (values, metrics) => {
        const whole = seriesOf(values, metrics)
        const reduced = reduceSeries(whole)
        expect(reduced.reduced).toBe(true)
        const [before, after] = [whole.metrics['m0']!, reduced.metrics['m0']!]
        expect(after.step.length).toBeLessThanOrEqual(Math.min(14, values.length))
        const known = new Set(toPoints(before).map((point) => JSON.stringify(point)))
        expect(toPoints(after).every((point) => known.has(JSON.stringify(point)))).toBe(true)
        expect(after.step[0]).toBe(before.step[0])
        const { count: _, ...same } = summarise(before)!
        expect(summarise(after)).toMatchObject(same)
      },
    ),
    { numRuns: 30 },
  )
})
