import { describe, expect, it } from 'vitest'
import { sideReason } from '../../src/cli/render/comparison/side-words.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import type { Side } from '../../src/domain/side.ts'
import { makeReview } from './reviews.ts'

function reason(record: Partial<RunRecord>, { rule, ...side }: Partial<Side> = {}): string {
  const { rule: _, ...made } = makeReview({ metrics: { acc: 1 } }, {}).comparison.base
  const given = { ...made, ...side, record: { ...made.record!, ...record } }
  return sideReason(rule === undefined ? given : { ...given, rule })
}

describe('what is said of the run that stands for a side', () => {
  it.each<[Partial<RunRecord>, string]>([
    [{}, ''],
    [{ status: 'failed', exit: { code: 3 } }, 'failed with exit 3'],
    [{ status: 'failed' }, 'failed'],
    [{ status: 'killed', exit: { signal: 'SIGKILL' } }, 'killed'],
    [{ status: 'running' }, 'still running'],
    [{ deleted: true }, 'deleted'],
    [{ status: 'failed', exit: { code: 1 }, deleted: true }, 'failed with exit 1, deleted'],
  ])('%j, which was named: %s', (record, expected) => {
    expect(reason(record)).toBe(expected)
  })

  it.each<[Partial<RunRecord>, Partial<Side>, string]>([
    // By hand or by a job after a merge: the record does not say.
    [{}, { rule: 'linked' }, 'linked'],
    [{}, { rule: 'produced', candidates: 3 }, 'produced these weights, best of 3'],
    [{ tags: { pick: true } }, { rule: 'produced', candidates: 3 }, 'produced these weights, picked'],
    [
      { tags: { pick: true }, status: 'killed' },
      { rule: 'same-commit', candidates: 1 },
      'ran from this commit, picked, killed',
    ],
  ])('%j, which belongs to it: %j: %s', (record, side, expected) => {
    expect(reason(record, side)).toBe(expected)
  })
})
