import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gateText } from '../../src/cli/render/comparison/gate-words.ts'
import { renderComparisonHtml } from '../../src/cli/render/comparison/html.ts'
import { renderComparisonMarkdown } from '../../src/cli/render/comparison/markdown.ts'
import { verdictLine } from '../../src/cli/render/comparison/verdict-words.ts'
import type { Config, MetricConfig } from '../../src/domain/config.ts'
import { makeReview } from './reviews.ts'

function said(base: number, head: number, rules: MetricConfig): string[] {
  const config: Config = { metrics: { m: { primary: true, ...rules } } }
  const { comparison } = makeReview({ metrics: { m: base } }, { metrics: { m: head } }, config)
  return comparison.gate.failures.map((failure) => gateText(failure, comparison).replace(/^.*?: .*?: /, ''))
}

describe('a rounded number never contradicts what is said of it', () => {
  it.each<[number, number, MetricConfig, string]>([
    [0.95, 0.899999, { min: 0.9 }, 'm is 0.899999, below the minimum 0.9'],
    [0.95, 0.9, { min: 0.900001 }, 'm is 0.9, below the minimum 0.900001'],
    [50, 50.0001, { max: 50 }, 'm is 50.0001, above the maximum 50'],
    [0.91234, 0.91231, { goal: 'max' }, 'm got worse: 0.91234 → 0.91231, allowed 0'],
    [0.9, 0.8, { goal: 'max', tolerance: 0.002 }, 'm got worse: 0.9 → 0.8, allowed 0.002'],
    // The difference would round to what is allowed.
    [0.9, 0.897999, { goal: 'max', tolerance: 0.002 }, 'm got worse: 0.9 → 0.897999, allowed 0.002'],
    [1, Number.NaN, { goal: 'min' }, 'm got worse: 1 → NaN, allowed 0'],
    [1, Infinity, { goal: 'min', tolerance: 5 }, 'm got worse: 1 → Infinity, allowed 5'],
  ])('%d to %d with %j: %s', (base, head, rules, expected) => {
    expect(said(base, head, rules)).toEqual([expected])
  })

  it('in the headline and in the tables', () => {
    const config: Config = { metrics: { m: { goal: 'max', primary: true }, lo: { min: 0.9 } } }
    const base = { metrics: { m: 0.91234, lo: 0.95 } }
    const review = makeReview(base, { metrics: { m: 0.91231, lo: 0.899999 } }, config)
    expect(verdictLine(review.comparison)).toBe('worse: m 0.91234 → 0.91231 (-0.00003, -0.0033%)')
    const markdown = renderComparisonMarkdown(review)
    expect(markdown).toMatch(/\| m ↑ +\| 0\.91234 \| +0\.91231 \|/)
    expect(markdown).toMatch(/\| lo +\| +0\.95 \| 0\.899999 \|.*failed: ≥ 0\.9 /)
    expect(renderComparisonHtml(review)).toContain('>0.91234</td>')
  })

  it('for any two numbers, a rule that is broken is seen to be', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(number, number, (limit, head) => {
        for (const text of said(0, head, { min: limit })) {
          const [, shown, bound] = /is (\S+), below the minimum (\S+)$/.exec(text)!
          expect(Number(shown)).toBeLessThan(Number(bound))
        }
      }),
    )
  })
})
