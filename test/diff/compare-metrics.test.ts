import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareMetric } from '../../src/domain/compare-metrics.ts'
import { toStored } from '../../src/domain/number.ts'

const number = fc.oneof(
  fc.double({ noDefaultInfinity: false }),
  fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity),
)
const goal = fc.constantFrom('max' as const, 'min' as const)

function verdict(base: number, head: number, config: Parameters<typeof compareMetric>[3]): string {
  return compareMetric('m', toStored(base), toStored(head), config).verdict
}

describe('a metric on two sides', () => {
  it.each([
    [0.91, 0.93, { goal: 'max' }, 'better'],
    [0.91, 0.93, { goal: 'min' }, 'worse'],
    [0.91, 0.909, { goal: 'max', tolerance: 0.002 }, 'same'],
    [0.912, 0.91, { goal: 'max', tolerance: 0.002 }, 'same'],
    [0.91, 0.907, { goal: 'max', tolerance: 0.002 }, 'worse'],
    [100, 100.9, { goal: 'min', tolerance: '1%' }, 'same'],
    [100, 101.1, { goal: 'min', tolerance: '1%' }, 'worse'],
    [-100, -101.1, { goal: 'max', tolerance: '1%' }, 'worse'],
    [0.5, 0.6, {}, 'changed'],
    [0.5, 0.5, {}, 'same'],
    [Number.NaN, Number.NaN, { goal: 'max' }, 'same'],
    [0.5, Number.NaN, { goal: 'max', tolerance: 1 }, 'worse'],
    [0.5, Number.NaN, { goal: 'min', tolerance: '100%' }, 'worse'],
    [Number.NaN, 0.1, { goal: 'max' }, 'better'],
    [Infinity, Infinity, { goal: 'min' }, 'same'],
    [1, Infinity, { goal: 'min', tolerance: '5%' }, 'worse'],
    [1, Infinity, { goal: 'max' }, 'better'],
  ] as const)('%d → %d with %j is %s', (base, head, config, expected) => {
    expect(verdict(base, head, config)).toBe(expected)
  })

  it('is worse one way exactly when it is better the other way, without a tolerance', () => {
    const mirror: Record<string, string> = { better: 'worse', worse: 'better', same: 'same' }
    fc.assert(
      fc.property(number, number, goal, (a, b, direction) => {
        expect(verdict(b, a, { goal: direction })).toBe(mirror[verdict(a, b, { goal: direction })])
      }),
    )
  })

  it('never gets worse when more is tolerated', () => {
    const badness = (text: string): number => (text === 'worse' ? 1 : 0)
    fc.assert(
      fc.property(
        number,
        number,
        goal,
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (a, b, direction, t, more) => {
          const strict = verdict(a, b, { goal: direction, tolerance: t })
          const lenient = verdict(a, b, { goal: direction, tolerance: t + more })
          expect(badness(lenient)).toBeLessThanOrEqual(badness(strict))
        },
      ),
    )
  })

  it('has no relative change from zero, and none that is not a number', () => {
    expect(compareMetric('m', 0, 1, {})).toMatchObject({ change: 1 })
    expect(compareMetric('m', 0, 1, {}).relative).toBeUndefined()
    expect(compareMetric('m', 'NaN', 1, {}).change).toBeUndefined()
    expect(compareMetric('m', undefined, 1, {})).toMatchObject({ verdict: 'added' })
    expect(compareMetric('m', 1, undefined, {})).toMatchObject({ verdict: 'removed' })
  })
})
