import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEvents } from '../../src/domain/apply-events.ts'
import { joinRegisters } from '../../src/domain/join-registers.ts'
import { mergeRuns } from '../../src/domain/merge-runs.ts'
import { toRegisters } from '../../src/domain/run-registers.ts'
import { comparePoints, mergeSeries, toPoints } from '../../src/domain/series.ts'
import { stableJson } from '../../src/domain/stable-json.ts'
import { edit, FIRST, FOUND_DEAD, series, states } from './arbitrary-run.ts'

const pick = fc.tuple(states, fc.nat(), fc.nat(), fc.nat())

describe('the join of two records of a run', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(pick, ([all, i, j, k]) => {
        const [a, b, c] = [i, j, k].map((index) => all[index % all.length]!) as [
          typeof FIRST,
          typeof FIRST,
          typeof FIRST,
        ]
        expect(stableJson(mergeRuns(a, b))).toBe(stableJson(mergeRuns(b, a)))
        expect(stableJson(mergeRuns(mergeRuns(a, b), c))).toBe(stableJson(mergeRuns(a, mergeRuns(b, c))))
        expect(stableJson(mergeRuns(a, a))).toBe(stableJson(a))
      }),
    )
  })

  it('keeps what only one side changed, whichever side wrote more often', () => {
    fc.assert(
      fc.property(edit, edit, edit, (first, second, third) => {
        const [ours, theirs] = [first(FIRST), third(second(FIRST))]
        const merged = toRegisters(mergeRuns(ours, theirs))
        for (const path of Object.keys(ours.edits ?? {})) {
          if (theirs.edits !== undefined && Object.hasOwn(theirs.edits, path)) continue
          expect(merged.get(path)).toStrictEqual(toRegisters(ours).get(path))
        }
      }),
    )
  })

  it('loses no field but by a tombstone', () => {
    fc.assert(
      fc.property(pick, ([all, i, j]) => {
        const [a, b] = [all[i % all.length]!, all[j % all.length]!]
        const merged = mergeRuns(a, b)
        for (const path of [...toRegisters(a).keys(), ...toRegisters(b).keys()]) {
          if (!toRegisters(merged).has(path)) expect(Object.keys(merged.edits ?? {})).toContain(path)
        }
        expect(new Set(merged.links)).toStrictEqual(new Set([...(a.links ?? []), ...(b.links ?? [])]))
      }),
    )
  })
})

describe('an end that was only inferred', () => {
  const start = { time: 0, start: { ...FIRST, params: {} } }
  const inferred = { time: 9, finish: { status: 'killed' as const, inferred: true as const } }
  const said = { time: 5, finish: { status: 'finished' as const, exit: { code: 0 } } }
  const dead = applyEvents(undefined, [start, inferred])!
  const ended = applyEvents(undefined, [start, said])!

  it('stands as long as nobody says another', () => {
    expect(dead.record).toMatchObject({ status: 'killed', edits: { finished: 0, status: 0 } })
    expect(mergeRuns(dead.record, dead.record)).toEqual(dead.record)
  })

  it('loses against one that was written, on whichever side and whenever it comes', () => {
    expect(mergeRuns(dead.record, ended.record)).toEqual(ended.record)
    expect(mergeRuns(ended.record, dead.record)).toEqual(ended.record)
    expect(applyEvents(undefined, [start, inferred, said])).toEqual(ended)
    expect(applyEvents(dead, [start, said])).toEqual(ended)
    expect(applyEvents(ended, [start, inferred])).toEqual(ended)
    expect(applyEvents(dead, [said])!.record).toMatchObject({ status: 'finished', exit: { code: 0 } })
  })

  it('loses also where both sides were edited since', () => {
    fc.assert(
      fc.property(edit, edit, (first, second) => {
        expect(mergeRuns(first(FIRST), second(FOUND_DEAD)).status).toBe('finished')
        expect(mergeRuns(second(FOUND_DEAD), first(FIRST)).status).toBe('finished')
      }),
    )
  })
})

it('a field that one side deleted and the other wrote, each as often, is there', () => {
  const wrote = { registers: new Map([['params.lr', 1]]), edits: { 'params.lr': 2 } }
  const deleted = { registers: new Map<string, number>(), edits: { 'params.lr': 2 } }
  for (const [left, right] of [
    [wrote, deleted],
    [deleted, wrote],
  ] as const)
    expect(joinRegisters(left, right)).toEqual(wrote)
})

describe('the union of two series', () => {
  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(series, series, series, (a, b, c) => {
        expect(stableJson(mergeSeries(a, b))).toBe(stableJson(mergeSeries(b, a)))
        expect(stableJson(mergeSeries(mergeSeries(a, b), c))).toBe(
          stableJson(mergeSeries(a, mergeSeries(b, c))),
        )
        expect(stableJson(mergeSeries(a, a))).toBe(stableJson(a))
      }),
    )
  })

  it('has every point of both, once', () => {
    fc.assert(
      fc.property(series, series, (a, b) => {
        const merged = mergeSeries(a, b)
        for (const [name, columns] of [...Object.entries(a.metrics), ...Object.entries(b.metrics)]) {
          const points = toPoints(Object.entries(merged.metrics).find(([key]) => key === name)![1])
          for (const point of toPoints(columns)) {
            expect(points.filter((other) => comparePoints(point, other) === 0)).toHaveLength(1)
          }
        }
      }),
    )
  })
})
