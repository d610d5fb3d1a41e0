import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { downsample, sparkline } from '../../src/domain/sparkline.ts'

describe('sparkline', () => {
  it.each([
    [[], 10, ''],
    [[5], 10, '▄'],
    [[1, 1, 1], 10, '▄▄▄'],
    [[0, 1, 2, 3, 4, 5, 6, 7], 10, '▁▂▃▄▅▆▇█'],
    [[0, Number.NaN, 1], 10, '▁·█'],
    [[Number.NaN, Number.NaN], 10, '··'],
    [[0, Infinity, -Infinity, 1], 10, '▁█▁█'],
    [[-Number.MAX_VALUE, 0, Number.MAX_VALUE], 10, '▁▅█'],
    [[0, 1, 2], 0, ''],
    [[0, 1, 2], 1, '▄'],
  ])('%j in %i: %s', (values, width, expected) => {
    expect(sparkline(values, width)).toBe(expected)
  })

  it('keeps a spike of one point in ten thousand', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index === 7654 ? 100 : 1))
    expect(sparkline(values, 20)).toMatchInlineSnapshot(`"▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁"`)
  })

  it('stays in its bounds and keeps the extremes and both ends', () => {
    const values = fc.array(fc.double(), { maxLength: 300 })
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 60 }), (series, width) => {
        const line = sparkline(series, width)
        expect(line.length).toBeLessThanOrEqual(width)
        expect(line).toMatch(/^[▁▂▃▄▅▆▇█·]*$/)
        if (width < 2) return
        const kept = downsample(series, width)
        if (width > 3) expect([kept.at(0), kept.at(-1)]).toEqual([series.at(0), series.at(-1)])
        const shown = kept.filter((value) => !Number.isNaN(value))
        const real = series.filter((value) => !Number.isNaN(value))
        expect(Math.min(...shown)).toBe(Math.min(...real))
        expect(Math.max(...shown)).toBe(Math.max(...real))
      }),
    )
  })
})
