import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DistinctTimes } from '../../src/domain/distinct-times.ts'

const logged = fc.array(
  fc.record({
    names: fc.uniqueArray(fc.constantFrom('a', 'b', '__proto__'), { minLength: 1 }),
    step: fc.integer({ min: 0, max: 2 }),
    passed: fc.constantFrom(0, 0, 0, 1, 3),
  }),
)

it('of one metric at one step each point is later than the one before, and no later than it needs to be', () => {
  fc.assert(
    fc.property(logged, (calls) => {
      const times = new DistinctTimes()
      const last = new Map<string, number>()
      let now = 0
      for (const { names, step, passed } of calls) {
        now += passed
        const time = times.next(names, step, now)
        const least = names.map((name) => (last.get(`${name} ${step}`) ?? -1) + 1)
        expect(time).toBe(Math.max(now, ...least))
        for (const name of names) last.set(`${name} ${step}`, time)
      }
    }),
  )
})
