import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterView } from '../../src/domain/filter-view.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { parseSort } from '../../src/domain/sort-key.ts'
import { sortRuns, type SortOptions } from '../../src/domain/sort-runs.ts'
import { runRecord } from './run-record.ts'

function names(runs: RunRecord[], sort: string, options?: SortOptions): string[] {
  return sortRuns(runs, sort === '' ? [] : parseSort(sort), filterView, options).map(({ name }) => name)
}

const runs = [
  runRecord({ run: 'a'.repeat(40), name: 'none', started: '2026-11-01T00:00:00.000Z' }),
  runRecord({ run: 'b'.repeat(40), name: 'nan', metrics: { acc: 'NaN' }, params: { lr: 'auto' } }),
  runRecord({ run: 'c'.repeat(40), name: 'high', metrics: { acc: 0.9 }, params: { lr: 0.1 } }),
  runRecord({ run: 'd'.repeat(40), name: 'inf', metrics: { acc: 'Infinity' }, params: { lr: '1e-5' } }),
  runRecord({ run: 'e'.repeat(40), name: 'low', metrics: { acc: -3 }, params: { lr: 0.002 } }),
]

describe('sortRuns', () => {
  it.each([
    ['', 'nan high inf low none'],
    ['metrics.acc', 'low high inf nan none'],
    ['metrics.acc DESC', 'inf high low nan none'],
    ['-metrics.acc', 'inf high low nan none'],
    ['-metrics.acc desc', 'low high inf nan none'],
    ['metrics.`acc` asc', 'low high inf nan none'],
    ['params.lr', 'inf low high nan none'],
    ['params.lr DESC', 'high low inf nan none'],
    ['name', 'high inf low nan none'],
    ['name desc', 'none nan low inf high'],
    ['start_time, name DESC', 'none nan low inf high'],
    ['start_time', 'none nan high inf low'],
    ['run_id DESC', 'low inf high nan none'],
  ])('by "%s": %s', (sort, expected) => {
    expect(names(runs, sort)).toEqual(expected.split(' '))
  })

  it('puts the best first when the metric has a goal and the key no direction', () => {
    expect(names(runs, 'metrics.acc', { goal: () => 'max' })).toEqual(['inf', 'high', 'low', 'nan', 'none'])
    expect(names(runs, 'metrics.acc', { goal: () => 'min' })).toEqual(['low', 'high', 'inf', 'nan', 'none'])
    expect(names(runs, 'metrics.acc ASC', { goal: () => 'max' })).toEqual([
      'low',
      'high',
      'inf',
      'nan',
      'none',
    ])
  })

  it('sorts params as texts where it is strict', () => {
    expect(names(runs, 'params.lr', { strict: true })).toEqual(['low', 'high', 'inf', 'nan', 'none'])
  })

  it('gives one order, whatever order it starts from', () => {
    const run = fc
      .record({
        acc: fc.option(fc.oneof(fc.double(), fc.constantFrom(0, -0, 1, Number.NaN))),
        lr: fc.option(fc.oneof(fc.double(), fc.constantFrom('a', 'b', '1', 'nan'))),
        started: fc.constantFrom('2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z', 'no date'),
      })
      .map(({ acc, lr, started }) => ({
        metric: () => acc ?? undefined,
        param: () => lr ?? undefined,
        started: Date.parse(started),
      }))
    const keys = fc.constantFrom(
      'metrics.a',
      'metrics.a DESC',
      'params.a',
      'params.a DESC, metrics.a',
      'start_time',
    )
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 12 }),
        keys,
        fc.infiniteStream(fc.nat()),
        (plain, sort, numbers) => {
          const items = plain.map((each, index) => ({ ...each, id: `run${String(index).padStart(2, '0')}` }))
          const shuffled = items
            .map((item) => ({ item, at: numbers.next().value! }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item)
          const order = (list: typeof items): string[] =>
            sortRuns(list, parseSort(sort), asView).map(({ id }) => id)
          expect(order(shuffled)).toEqual(order(items))
        },
      ),
    )
  })

  it.each([
    '',
    '-',
    'acc',
    'metrics.acc down',
    'metrics.acc,',
    'datasets.name',
    'metrics.a b c',
    "metrics.'a'",
  ])('refuses "%s"', (sort) => {
    expect(() => parseSort(sort)).toThrowErrorMatchingSnapshot()
  })
})

type Item = {
  id: string
  started: number
  metric: () => number | undefined
  param: () => number | string | undefined
}

function asView(item: Item): ReturnType<typeof filterView> {
  return {
    metric: item.metric,
    param: item.param,
    tag: () => undefined,
    attribute: (name) =>
      name === 'run_id' ? item.id : Number.isNaN(item.started) ? undefined : item.started,
    datasets: [],
  }
}
