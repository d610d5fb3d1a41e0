import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyEvents } from '../../src/domain/apply-events.ts'
import { toPoints } from '../../src/domain/series.ts'
import { FIRST, series } from './arbitrary-run.ts'

it('a batch of points is what its points are one by one', () => {
  fc.assert(
    fc.property(series, ({ metrics }) => {
      const start = { time: 0, start: FIRST }
      const single = Object.entries(metrics).flatMap(([name, columns]) =>
        toPoints(columns).map(({ step, value, time }) => ({
          time,
          step,
          metrics: Object.fromEntries([[name, value]]),
        })),
      )
      const batch = { time: 9, points: metrics }
      expect(applyEvents(undefined, [start, batch, batch])).toEqual(
        applyEvents(undefined, [start, ...single]),
      )
    }),
  )
})
