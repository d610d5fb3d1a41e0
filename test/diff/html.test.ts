import { describe, expect, it } from 'vitest'
import { renderComparisonMarkdown } from '../../src/cli/render/comparison/markdown.ts'
import { renderComparisonHtml } from '../../src/cli/render/comparison/html.ts'
import { makeModelsReview, makeReview } from './reviews.ts'

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&\u202e`

describe('the HTML report', () => {
  it('is one file that loads and runs nothing, and escapes what records claim', () => {
    const side = (value: number): Parameters<typeof makeReview>[0] => ({
      name: HOSTILE,
      metrics: { [HOSTILE]: value, 'val/acc': value },
      params: { [HOSTILE]: `${HOSTILE}${value}` },
      curves: { [HOSTILE]: [1, Number.NaN, 3, value], 'val/acc': [1, 2, 3, value] },
      models: [
        {
          name: HOSTILE,
          path: HOSTILE,
          files: [{ path: HOSTILE, oid: String(value).padStart(64, '0'), size: value }],
          card: { license: HOSTILE + value },
        },
      ],
    })
    const review = makeReview(side(1), side(2), { metrics: { [HOSTILE]: { goal: 'max' } } })
    const web = { url: 'https://github.com/acme/digits', style: 'github' } as const
    const html = renderComparisonHtml({ ...review, web })
    const tags = new Set([...html.matchAll(/<([a-z][\w-]*)/g)].map(([, tag]) => tag))
    expect(
      [...tags].filter((tag) => ['script', 'img', 'link', 'iframe', 'object', 'use'].includes(tag!)),
    ).toEqual([])
    const inTags = [...html.matchAll(/<[a-z][^>]*>/g)].join('\n').replaceAll(/"[^"]*"/g, '""')
    expect(inTags).not.toMatch(/\s(?:on\w+|src|style)=/)
    expect(html).not.toMatch(/url\(|@import|\u202e/)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`)
    expect(
      [...html.matchAll(/href="([^"]*)"/g)].every(([, url]) => url!.startsWith(`${web.url}/commit/`)),
    ).toBe(true)
    // A NaN parts the line in two.
    expect(html.match(/<polyline class="base"/g)).toHaveLength(3)
    expect(html).not.toMatch(/NaN,|,NaN|Infinity,/)
  })

  it('says what a metric failed that no rule but its entry asks for', () => {
    const config = { metrics: { lat: {}, acc: { goal: 'max' as const } } }
    const review = makeReview({ metrics: { lat: 1, acc: 1 } }, { metrics: { acc: 0 } }, config)
    const html = renderComparisonHtml(review)
    expect(html).toContain('<span class="bad">failed: must be measured</span>')
    expect(html).toContain('<span class="bad">failed: may not fall</span>')
    expect(renderComparisonMarkdown(review)).toContain('| failed: must be measured |')
  })

  it('has one line for a model whose run is the same on both sides', () => {
    const side = { metrics: { acc: 1 }, name: 'first' }
    const models = [
      { name: '<b>', base: side, head: side },
      { name: 'other', base: side, head: { metrics: { acc: 2 } } },
    ]
    const { comparison, curves } = makeModelsReview(models)
    const still = comparison.parts!.find(({ of }) => of?.[0] === '<b>')
    const head = { ...still!.head, record: still!.base.record! }
    const parts = comparison.parts!.map((part) => (part === still ? { ...part, head } : part))
    const html = renderComparisonHtml({ comparison: { ...comparison, parts }, curves })
    expect(html).toContain('<p><b>&lt;b&gt;</b>: the same run on both sides, first</p>')
    expect(html.match(/Where the numbers come from/g)).toHaveLength(1)
  })

  it('leaves nothing out', () => {
    const metrics = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`m/${index}`, index]))
    const html = renderComparisonHtml(makeReview({ metrics }, { metrics }))
    expect(html).toContain('3000 metrics unchanged')
    expect(html).toContain('m/2999')
  })
})
