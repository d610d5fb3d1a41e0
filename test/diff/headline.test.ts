import { describe, expect, it } from 'vitest'
import { verdictLine } from '../../src/cli/render/comparison/verdict-words.ts'
import type { Config } from '../../src/domain/config.ts'
import { makeReview } from './reviews.ts'

const GOALS: Config = { metrics: { 'a/acc': { goal: 'max' }, 'z/loss': { goal: 'min' } } }
const PRIMARY: Config = {
  metrics: { ...GOALS.metrics, 'val/acc': { goal: 'max', primary: true }, 'a/acc': { goal: 'max' } },
}

function headline(base: Record<string, number>, head: Record<string, number>, config: Config): string {
  return verdictLine(makeReview({ metrics: base }, { metrics: head }, config).comparison)
}

describe('the headline', () => {
  it.each<[string, Record<string, number>, Record<string, number>, Config, string]>([
    [
      'names a metric of which the verdict is true',
      { 'a/acc': 0.9, 'z/loss': 1 },
      { 'a/acc': 0.9, 'z/loss': 2 },
      GOALS,
      'worse: z/loss 1 → 2 (+1, +100%)',
    ],
    [
      'names none where they disagree',
      { 'a/acc': 0.8, 'z/loss': 1 },
      { 'a/acc': 0.9, 'z/loss': 2 },
      GOALS,
      'mixed: some metrics are better, some worse',
    ],
    [
      'names the first where none changed',
      { 'a/acc': 0.9, 'z/loss': 1 },
      { 'a/acc': 0.9, 'z/loss': 1 },
      GOALS,
      'same within tolerance: a/acc 0.9 → 0.9 (0, 0%)',
    ],
    [
      'names the primary one, whatever the others do',
      { 'a/acc': 0.9, 'val/acc': 0.9 },
      { 'a/acc': 0.8, 'val/acc': 0.95 },
      PRIMARY,
      'better: val/acc 0.9 → 0.95 (+0.05, +5.6%)',
    ],
    [
      'says where the primary one was not measured',
      { 'a/acc': 0.9, 'val/acc': 0.9 },
      { 'a/acc': 0.8 },
      PRIMARY,
      'worse: a/acc 0.9 → 0.8 (-0.1, -11%); val/acc was not measured in branch-b',
    ],
    [
      'says so of a side that has nothing else',
      { x: 1 },
      { 'val/acc': 0.9 },
      PRIMARY,
      'no verdict: val/acc was not measured in branch-a',
    ],
    [
      'says so of both sides',
      { x: 1 },
      { x: 1 },
      PRIMARY,
      'no verdict: val/acc was measured on neither side',
    ],
    [
      'says that no metric has a goal',
      { x: 1 },
      { x: 2 },
      {},
      'no verdict: no metric that both sides measured has a goal in .gitmodel.yaml',
    ],
  ])('%s', (_, base, head, config, expected) => {
    expect(headline(base, head, config)).toBe(expected)
  })
})
