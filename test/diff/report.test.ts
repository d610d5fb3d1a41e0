import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderComparisonMarkdown } from '../../src/cli/render/comparison/markdown.ts'
import { renderComparisonHtml } from '../../src/cli/render/comparison/html.ts'
import { makeColors } from '../../src/cli/colors.ts'
import { renderComparison } from '../../src/cli/render/comparison/text.ts'
import { mermaidChart } from '../../src/cli/render/comparison/mermaid.ts'
import { sparkline } from '../../src/domain/sparkline.ts'
import { commitUrl, webRepository } from '../../src/domain/web-url.ts'
import { makeModelsReview, makeReview, type SideParts } from './reviews.ts'

const CONFIG = { metrics: { 'val/acc': { goal: 'max', primary: true, tolerance: 0.002 } } } as const

/** Many things of each kind, all different on the two sides. */
function large(count: number, name: (index: number) => string, side: number): SideParts {
  const entries = Array.from({ length: count }, (_, index) => [name(index), index + side] as const)
  const card = Object.fromEntries(entries.slice(0, 100).map(([key, value]) => [key, `${key} ${value}`]))
  const files = entries.map(([path, value]) => ({ path, oid: String(value).padStart(64, '0'), size: value }))
  return {
    name: name(0),
    metrics: { 'val/acc': 0.9 + side, ...Object.fromEntries(entries) },
    params: Object.fromEntries(entries),
    models: entries.slice(0, 40).map(([path]) => ({ name: path, path, files: files.slice(0, 60), card })),
    curves: Object.fromEntries(entries.slice(0, 20).map(([key]) => [key, [1, side + 2, 3]])),
  }
}

describe('the Markdown report', () => {
  it.each([
    ['short names', (index: number) => `m/${index}`],
    ['long names', (index: number) => `${'layer.'.repeat(40)}${index}`],
    ['names that are escaped at every character', (index: number) => `${'#1<@|_*`'.repeat(30)}${index}`],
    ['names of emoji', (index: number) => `${'🧮'.repeat(120)}${index}`],
  ])('stays below 60,000 bytes with thousands of %s, and says what it left out', (_, name) => {
    const markdown = renderComparisonMarkdown(makeReview(large(2000, name, 0), large(2000, name, 1), CONFIG))
    expect(Buffer.byteLength(markdown)).toBeLessThan(60_000)
    expect(Buffer.from(markdown).toString()).toBe(markdown)
    expect(markdown).toContain('val/acc ↑')
    expect(markdown).toMatch(
      /Left out to keep this short: .*\d+ changed metrics.*Everything: `git model diff a{12} b{12} --all`/,
    )
  })

  it('stays below 60,000 bytes whatever it is made of', () => {
    const count = fc.integer({ min: 1, max: 600 })
    fc.assert(
      fc.property(count, fc.string({ unit: 'binary', maxLength: 200 }), (size, text) => {
        const name = (index: number): string => `${text}${index}`
        const markdown = renderComparisonMarkdown(makeReview(large(size, name, 0), large(size, name, 1)))
        expect(Buffer.byteLength(markdown)).toBeLessThan(60_000)
      }),
      { numRuns: 15 },
    )
  })

  it('stays below 60,000 bytes with many models that have runs of their own: broken rules and worse ones stay', () => {
    const names = Array.from(
      { length: 12 },
      (_, index) => `${'evaluation/of/one/of/many/heads/'.repeat(2)}${index}`,
    )
    const metrics = (value: number): Record<string, number> =>
      Object.fromEntries(names.map((name) => [name.slice(-44), value]))
    const models = Array.from({ length: 160 }, (_, index) => ({
      name: `model-${index}`,
      base: { metrics: { ...metrics(0.5), 'val/acc': 0.9 } },
      head: { metrics: { ...metrics(0.6), 'val/acc': index === 150 ? 0.8 : 0.95 } },
    }))
    for (const count of [35, 160]) {
      const markdown = renderComparisonMarkdown(makeModelsReview(models.slice(-count), CONFIG))
      expect(Buffer.byteLength(markdown)).toBeLessThan(60_000)
      expect(markdown).toContain('\n#### model-150\n')
      expect(markdown).toMatch(
        /Left out to keep this short: \d+ compared models.*Everything: `git model diff /,
      )
      expect(markdown).toContain(`**Gate failed**, 1 broken rule`)
    }
  })

  it('stays below 60,000 bytes whatever models it compares, and whatever addresses it links to', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    const side = (name: string, count: number, value: number): SideParts => ({
      name,
      metrics: Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, value])),
      params: { [name]: value },
      curves: { [`${name}0`]: [value, 1, 2, 3] },
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.nat(40), fc.double(), fc.double()), { maxLength: 40 }),
        fc.constantFrom(10, 100, 1000, 20_000),
        (drawn, length) => {
          const models = drawn.map(([name, count, from, to], index) => ({
            name: `${name}${index}`,
            base: side(name, count, from),
            head: side(name, count, to),
          }))
          if (models.length === 0) return
          const config = { metrics: { [models[0]!.name]: { goal: 'max' as const } } }
          const web = { url: `https://github.com/${'a'.repeat(length)}`, style: 'github' } as const
          const review = { ...makeModelsReview(models, config), web }
          const markdown = renderComparisonMarkdown(review, '\n> a remark\n')
          expect(Buffer.byteLength(markdown)).toBeLessThan(60_000)
          expect(markdown).toMatch(/^### /)
          expect(markdown).toContain('git model diff')
          expect(markdown).toMatch(/\n> a remark\n$/)
          expect(markdown.match(/<details/g)?.length).toBe(markdown.match(/<\/details>/g)?.length)
          expect((markdown.match(/^```/gm)?.length ?? 0) % 2).toBe(0)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('shows everything where there is little, unchanged metrics folded', () => {
    const review = makeReview(
      { metrics: { 'val/acc': 0.9, 'val/n': 7, 'train/loss': 2 } },
      { metrics: { 'val/acc': 0.901, 'val/n': 7, 'train/loss': 1 } },
      CONFIG,
    )
    const markdown = renderComparisonMarkdown(review)
    const [open, folded] = markdown.split('<details>')
    expect(open).toMatch(
      /\| val\/acc ↑ +\| +0.9 \| +0.901 \| \+0.001 \| +\+0.11% \| within tolerance \| ok: may fall by 0.002 \|/,
    )
    expect(open).toContain('train/loss')
    expect(open).not.toContain('val/n')
    expect(folded).toContain('val/n')
    expect(markdown).not.toContain('Left out')
  })

  it('calls nothing unchanged that moved within its tolerance, in text, Markdown and HTML', () => {
    const tolerated = Object.fromEntries(
      ['a', 'b'].map((name) => [name, { goal: 'max' as const, tolerance: 1 }]),
    )
    const review = makeReview(
      { metrics: { a: 0.9, b: 0.9, c: 1 } },
      { metrics: { a: 0.81, b: 0.95, c: 1 } },
      { metrics: tolerated },
    )
    const colors = makeColors(false)
    const text = renderComparison(review, { colors, width: 100, all: false })
    expect(text).toContain('2 within tolerance, 1 unchanged, hidden; --all shows them')
    const summary = '<summary>3 metrics: 2 within tolerance, 1 unchanged</summary>'
    expect(renderComparisonMarkdown(review)).toContain(summary)
    expect(renderComparisonHtml(review)).toContain(summary)
    const many = (value: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`m/${index}`, value]))
    const config = { metrics: { 'm/7': { goal: 'max' as const, tolerance: 1 } } }
    expect(
      renderComparisonMarkdown(
        makeReview({ metrics: many(1) }, { metrics: { ...many(1), 'm/7': 0.5 } }, config),
      ),
    ).toMatch(/Left out to keep this short: 1700 unchanged metrics\./)
  })

  it('says that the gate failed before it says that something is better', () => {
    const config = { metrics: { ...CONFIG.metrics, ms: { max: 50 } } }
    const review = makeReview(
      { metrics: { 'val/acc': 0.9 } },
      { metrics: { 'val/acc': 0.95, ms: 51 } },
      config,
    )
    expect(renderComparisonMarkdown(review).split('\n')[0]).toMatch(
      /^### ❌ gate failed · better: val\/acc 0\.9 /,
    )
  })

  it('says of two runs without metrics that there is no verdict', () => {
    expect(renderComparisonMarkdown(makeReview({}, {}))).toContain(
      'no verdict: neither run recorded a metric',
    )
    expect(renderComparisonMarkdown(makeReview({}, {}))).toContain('recorded no metrics')
  })
})

describe('a curve as a chart', () => {
  const draw = (name: string, base: number[], head: number[]): string | undefined => {
    const [curve] = makeReview(
      { curves: { [name]: base }, metrics: { [name]: 1 } },
      { curves: { [name]: head } },
    ).curves
    return curve === undefined ? undefined : mermaidChart(curve)
  }

  it('reads both lines off at the same steps', () => {
    const chart = draw('loss', [3, 2, 1], [4, 3, 2, 1, 0])!
    expect(chart).toContain('x-axis "step" 0 --> 4')
    const lines = [...chart.matchAll(/^ {2}line \[(.*)\]$/gm)].map(([, line]) =>
      line!.split(', ').map(Number),
    )
    expect(lines.map((line) => [line.length, line.at(0), line.at(-1)])).toEqual([
      [40, 3, 1],
      [40, 4, 0],
    ])
  })

  it('begins and ends where a long series does, in Markdown, HTML and text', () => {
    const values = Array.from({ length: 900 }, (_, step) => 5 + Math.sin(step / 2))
    const review = makeReview(
      { metrics: { loss: 1 }, curves: { loss: values } },
      { metrics: { loss: 2 }, curves: { loss: [...values.slice(0, -1), 5.5] } },
    )
    const [{ base, head } = {}] = review.curves
    expect([base?.step.at(0), base?.step.at(-1), head?.value.at(0), head?.value.at(-1)]).toEqual([
      0, 899, 5, 5.5,
    ])
    expect(base!.step.length).toBeLessThanOrEqual(200)
    expect(renderComparisonMarkdown(review)).toContain('x-axis "step" 0 --> 899')
    expect(renderComparisonMarkdown(review)).toMatch(/^ {2}line \[5, .*, 5\.5\]$/m)
    expect(renderComparisonHtml(review)).toContain('>step 899</text>')
    const scale = { min: Math.min(...head!.value), max: Math.max(...head!.value) }
    expect(sparkline(head!.value, 40, scale).at(-1)).toBe(sparkline([5.5], 1, scale))
  })

  it('has no stairs where fewer steps were measured than it has points', () => {
    const [, line] = /^ {2}line \[(.*)\]$/m.exec(draw('loss', [0, 3, 6], [0, 3, 6])!)!
    const values = line!.split(', ').map(Number)
    expect(values.every((value, point) => Math.abs(value - (6 * point) / 39) < 1e-5)).toBe(true)
  })

  it.each([
    ['tiny numbers', [1e-9, 2e-9, 3e-9], 'in 1e-9'],
    ['huge numbers', [1e300, 2e300, 3e300], 'in 1e300'],
    ['the largest', [-Number.MAX_VALUE, 0, Number.MAX_VALUE], 'scaled'],
  ])('scales %s, for the chart knows no exponents', (_, values, said) => {
    const chart = draw('x', values, values)!
    expect(chart).toContain(said)
    expect(chart.replace(/^.*?x-axis/s, '')).not.toMatch(/\d[eE]|NaN|Infinity/)
  })

  it('draws nothing of what is never finite, and no number that the chart cannot read', () => {
    const odd = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1))
    const values = fc.array(odd, { minLength: 3, maxLength: 30 })
    expect(draw('x', [Number.NaN, Infinity, Number.NaN], [])).toBeUndefined()
    fc.assert(
      fc.property(values, values, (base, head) => {
        const chart = draw('x', base, head)
        for (const [, line] of (chart ?? '').matchAll(/^ {2}line \[(.*)\]$/gm))
          expect(line).toMatch(/^-?\d+(?:\.\d+)?(?:, -?\d+(?:\.\d+)?){39}$/)
      }),
    )
  })

  it('lets no name out of its title', () => {
    const chart = draw('a"]\n```\n<script>; line [1]', [1, 2, 3], [1, 2, 4])!
    expect(chart.match(/```/g)).toHaveLength(2)
    expect(chart).toMatch(/^ {2}title "a________script__ line _1_"$/m)
    // What Mermaid itself stumbled over: a comment within the text, and a text without a letter.
    expect(draw('%%{init: {}}%%', [1, 2, 3], [1, 2, 4])).toMatch(/^ {2}title "_%_init_ ____%"$/m)
    expect(draw('  ', [1, 2, 3], [1, 2, 4])).toMatch(/^ {2}title "_"$/m)
  })
})

describe('the address of a commit', () => {
  it.each([
    ['https://github.com/acme/digits.git', 'https://github.com/acme/digits/commit/1b7e'],
    ['https://ada:ghp_secret@github.com/acme/digits', 'https://github.com/acme/digits/commit/1b7e'],
    ['git@github.com:acme/digits.git', 'https://github.com/acme/digits/commit/1b7e'],
    ['ssh://git@gitlab.example.org:2222/a/b/c.git', 'https://gitlab.example.org/a/b/c/-/commit/1b7e'],
    ['https://oauth2:token@gitlab.example.org:8443/a/b', 'https://gitlab.example.org:8443/a/b/-/commit/1b7e'],
    ['https://github.example.org/a/b/', 'https://github.example.org/a/b/commit/1b7e'],
    ['https://codeberg.org/a/b', 'https://codeberg.org/a/b/commit/1b7e'],
  ])('%s: %s', (remote, expected) => {
    expect(commitUrl(webRepository(remote)!, '1b7e')).toBe(expected)
  })

  it.each([
    '/srv/git/github/a.git',
    '../origin.git',
    'file:///srv/github/a',
    'https://git.example.org/a/b',
    'https://github.com/a)](javascript:alert(1))/b',
    'https://github.com/../b',
    'https://github.com',
    'C:/github/a',
  ])('%s has none', (remote) => {
    expect(webRepository(remote)).toBeUndefined()
  })
})
