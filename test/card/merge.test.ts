import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeLines } from '../../src/domain/merge-lines.ts'
import { openCard } from '../../src/schema/card-document.ts'
import { setCardField, unsetCardField } from '../../src/schema/edit-card-text.ts'
import { exportReadme } from '../../src/schema/export-readme.ts'
import { importReadme } from '../../src/schema/import-readme.ts'
import { joinCards, mergeCards } from '../../src/schema/merge-cards.ts'
import { parseCardPath } from '../../src/domain/card-path.ts'
import { fronts, readmes } from './readmes.ts'

const base = `---
schema: card/v1
license: mit   # checked by legal
language:
- no
tags: [a, b]
# results
model-index:
- name: digits
  results:
  - task: {type: image-classification}
    dataset: {type: mnist, name: MNIST}
    metrics:
    - type: accuracy
      value: 0.9
card:
  identity:
    name: digits
    version: "1"
  evaluation:
    - dataset: mnist
      metric:
        type: acc
        value: 0.9
  body: |
    # Digits

    One.

    Two.

    Three.
`

const set = (text: string, field: string, value: unknown): string =>
  setCardField(text, parseCardPath(field), value)
const value = (text: string, field: string): unknown =>
  parseCardPath(field).reduce<unknown>((found, step) => (found as never)?.[step], openCard(text).value)

describe('two people who edit one card', () => {
  test('in different fields lose nothing, not even a comment', () => {
    const ours = set(base, 'card.identity.version', '2').replace('- no\n', '- no   # Norwegian\n')
    const theirs = set(set(base, 'license', 'apache-2.0'), 'pipeline_tag', 'image-classification')
    const { text, conflicts } = mergeCards(base, ours, theirs)
    expect(conflicts).toEqual([])
    expect(text).toContain('license: apache-2.0   # checked by legal\n')
    expect(text).toContain('- no   # Norwegian\n')
    expect(text).toContain('pipeline_tag: image-classification\n')
    expect(text).toContain('version: "2"\n')
    expect(text.replace(/\n {2}body:.*/s, '')).toMatchSnapshot()
  })

  test('in one field: both values are recorded, and one stays', () => {
    const ours = set(base, 'license', 'apache-2.0')
    const theirs = set(base, 'license', 'gpl-3.0')
    const { text, conflicts } = mergeCards(base, ours, theirs)
    expect(conflicts).toEqual([{ field: 'license', values: ['apache-2.0', 'gpl-3.0'] }])
    expect(value(text, 'card.conflicts')).toEqual(conflicts)
    expect(['apache-2.0', 'gpl-3.0']).toContain(value(text, 'license'))
  })

  test('a third value joins the conflict, and who settles it settles it for all', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((license) => set(base, 'license', license))
    const ab = mergeCards(base, a!, b!).text
    const abc = mergeCards(base, ab, c!).text
    expect(value(abc, 'card.conflicts')).toEqual([{ field: 'license', values: ['a', 'b', 'c'] }])
    const settled = unsetCardField(set(abc, 'license', 'a'), ['card', 'conflicts'])
    const busy = set(abc, 'card.identity.version', '3')
    const final = mergeCards(abc, settled, busy)
    expect(final.conflicts).toEqual([])
    expect(value(final.text, 'license')).toBe('a')
    expect(value(final.text, 'card.identity.version')).toBe('3')
  })

  test('one removes what the other changes: the change stays, and both are told', () => {
    const { text, conflicts } = mergeCards(base, unsetCardField(base, ['license']), set(base, 'license', 'x'))
    expect(conflicts).toEqual([{ field: 'license', values: ['x', null] }])
    expect(value(text, 'license')).toBe('x')
  })

  test('tags are a set; results and measurements merge by what they measure', () => {
    const ours = set(set(base, 'tags', ['a', 'c']), 'card.evaluation[1]', {
      dataset: 'mnist',
      metric: { type: 'f1', value: 1 },
    })
    const theirs = set(set(base, 'tags', ['a', 'b', 'd']), 'card.evaluation[1]', {
      dataset: 'emnist',
      metric: { type: 'acc', value: 2 },
    })
    const { text, conflicts } = mergeCards(base, ours, theirs)
    expect(conflicts).toEqual([])
    expect([...(value(text, 'tags') as string[])].sort()).toEqual(['a', 'c', 'd'])
    expect(value(text, 'card.evaluation')).toHaveLength(3)
  })

  test('one measurement with two values is a conflict that names it', () => {
    const field = 'model-index[0].results[0].metrics[0].value'
    const { conflicts } = mergeCards(base, set(base, field, 0.91), set(base, field, 0.92))
    expect(conflicts).toEqual([{ field, values: [0.91, 0.92] }])
  })

  test('paragraphs of the text merge line by line', () => {
    const { text, conflicts } = mergeCards(base, base.replace('One.', '1.'), base.replace('Three.', '3.'))
    expect(conflicts).toEqual([])
    expect(exportReadme(text)).toContain('# Digits\n\n1.\n\nTwo.\n\n3.\n')
  })

  test('neighbouring lines that both changed are for people to merge', () => {
    const { text, conflicts } = mergeCards(
      base,
      base.replace('One.', '1.'),
      base.replace('One.\n', 'One.\n    Half.\n'),
    )
    expect(conflicts).toMatchObject([{ field: 'card.body' }])
    expect(conflicts[0]!.values).toHaveLength(2)
    expect(value(text, 'card.body')).toBeOneOf(conflicts[0]!.values)
  })

  test('without a common text, what only one has is kept', () => {
    const ours = importReadme('---\nlicense: mit\nlanguage: en\n---\n')
    const theirs = importReadme('---\nlicense: mit\ntags: [x]\n---\n')
    const { text, conflicts } = mergeCards(undefined, ours, theirs)
    expect(conflicts).toEqual([])
    expect(openCard(text).value).toMatchObject({ license: 'mit', language: 'en', tags: ['x'] })
  })

  test('a note that git made of two cards is read as their merge', () => {
    const other = set(base, 'pipeline_tag', 'x')
    expect(joinCards(base)).toBe(base)
    expect(joinCards(`${base}${base}`)).toBe(base)
    expect(joinCards(`${base}${other}`)).toBe(joinCards(`${other}${base}`))
    expect(value(joinCards(`${base}${other}`), 'pipeline_tag')).toBe('x')
    expect(mergeCards(base, `${base}${other}`, set(base, 'tags', ['a'])).conflicts).toEqual([])
  })

  test.each([
    ['broken', '---\nschema: card/v1\nlicense: [\n'],
    ['newer', '---\nschema: card/v9\nlicense: {spdx: MIT}\n'],
    ['no card at all', '\u0000\u0001'],
    ['empty', ''],
  ])('a text that cannot be compared (%s) is kept whole', (_, odd) => {
    const ours = set(base, 'license', 'x')
    const { text, conflicts } = mergeCards(base, ours, odd)
    expect(mergeCards(base, odd, ours).text).toBe(text)
    expect(conflicts).toEqual([{ field: '*', values: [ours, odd].sort(byJson) }])
    expect(value(text, 'license')).toBe('x')
    expect(mergeCards(base, odd, `${odd}\n# more`).conflicts[0]!.values).toHaveLength(2)
  })
})

const byJson = (a: string, b: string): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const fields = [
  'license',
  'language',
  'tags',
  'datasets',
  'pipeline_tag',
  'new',
  'card.identity.name',
  'card.training.seed',
  'card.body',
  'card.layout.eol',
]
const edit = fc.record({
  field: fc.constantFrom(...fields),
  value: fc.oneof(
    fc.constantFrom('a', 'no', '1.0', 'line\nline\n'),
    fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 }),
    fc.constant(undefined),
    fc.integer({ max: 3, min: 0 }),
  ),
})
const edits = fc.array(edit, { maxLength: 4 })
const apply = (text: string, list: { field: string; value: unknown }[]): string =>
  list.reduce((edited, { field, value: wanted }) => {
    const path = parseCardPath(field)
    return wanted === undefined ? unsetCardField(edited, path) : setCardField(edited, path, wanted)
  }, text)

describe('properties', () => {
  test('the order of the sides does not show, and merging again changes nothing', () => {
    fc.assert(
      fc.property(readmes(), edits, edits, fc.boolean(), (readme, left, right, known) => {
        const start = importReadme(readme, { identity: { name: 'x', version: null } })
        const [ours, theirs] = [apply(start, left), apply(start, right)]
        const common = known ? start : undefined
        const { text, conflicts } = mergeCards(common, ours, theirs)
        expect(mergeCards(common, theirs, ours)).toEqual({ text, conflicts })
        expect(mergeCards(common, text, text).text).toBe(text)
        expect(conflicts.filter(({ field }) => field === '*')).toEqual([])
        expect(mergeCards(ours, ours, text).text).toBe(text)
        expect(mergeCards(start, start, ours).text).toBe(ours)
      }),
      { numRuns: 400 },
    )
  })

  test('cards that have nothing in common merge, and nothing is picked silently', () => {
    fc.assert(
      fc.property(fronts, fronts, (left, right) => {
        const [ours, theirs] = [left, right].map((front) => importReadme(`---\n${front}---\n`)) as [
          string,
          string,
        ]
        const { text, conflicts } = mergeCards(undefined, ours, theirs)
        expect(mergeCards(undefined, theirs, ours).text).toBe(text)
        const [a, b, merged] = [ours, theirs, text].map((card) => openCard(card).value) as [
          never,
          never,
          never,
        ]
        const isNamed = (key: string): boolean =>
          conflicts.some(({ field }) => field === '*' || field.startsWith(key) || field.startsWith('['))
        const isMerged = (key: string): boolean => Array.isArray(merged[key]) || key === 'card'
        const silent = [...Object.keys(a), ...Object.keys(b)].filter((key) => !isNamed(key) && !isMerged(key))
        for (const key of silent) expect(merged[key]).toEqual(a[key] ?? b[key] ?? null)
      }),
      { numRuns: 300 },
    )
  })

  test('lines: edits of one side alone are taken as they are', () => {
    const text = fc
      .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'd'), { maxLength: 12 })
      .map((lines) => lines.join(''))
    fc.assert(
      fc.property(text, text, text, (from, a, b) => {
        expect(mergeLines(from, from, b)).toBe(b)
        expect(mergeLines(from, a, from)).toBe(a)
        expect(mergeLines(from, a, a)).toBe(a)
        expect(mergeLines(from, a, b)).toBe(mergeLines(from, b, a))
      }),
      { numRuns: 2000 },
    )
  })
})
