import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CardPath } from '../../src/domain/card.ts'
import { valueAt, withValue } from '../../src/domain/card-value.ts'
import { formatCardPath, parseCardPath } from '../../src/domain/card-path.ts'
import { openCard } from '../../src/schema/card-document.ts'
import {
  appendCardItem,
  removeCardItem,
  setCardField,
  unsetCardField,
} from '../../src/schema/edit-card-text.ts'
import { importReadme } from '../../src/schema/import-readme.ts'
import { readmes } from './readmes.ts'

const card = `---
schema: card/v1
# who may use it
license: apache-2.0   # checked by legal
language:
- no    # Norwegian
- "en"
license_link:
tags: [a, "b"]   # two
widget:
- text: |
    two

    lines
  title: 12:30 o'clock
# end of the metadata
card:
  identity:
    name: digits
    version: null
  weights:
    - path: models/digits.safetensors
      size: 10
  body: |
    # Title

    text
`

const set = (text: string, field: string, value: unknown): string =>
  setCardField(text, parseCardPath(field), value)
const changed = (before: string, after: string): string[] => {
  const [left, right] = [before.split('\n'), after.split('\n')]
  return [
    ...left.filter((line) => !right.includes(line)).map((line) => `-${line}`),
    ...right.filter((line) => !left.includes(line)).map((line) => `+${line}`),
  ]
}

describe('an edit touches what it edits', () => {
  test.each([
    ['license', 'mit', ['-license: apache-2.0   # checked by legal', '+license: mit   # checked by legal']],
    ['license', 'no', ['-license: apache-2.0   # checked by legal', '+license: "no"   # checked by legal']],
    ['license_link', 'LICENSE', ['-license_link:', '+license_link: LICENSE']],
    ['language[0]', 'nb', ['-- no    # Norwegian', '+- nb    # Norwegian']],
    ['language[2]', 'de', ['+- de']],
    ['tags[1]', 'c d', ['-tags: [a, "b"]   # two', '+tags: [a, c d]   # two']],
    ['tags[2]', 'x, y', ['-tags: [a, "b"]   # two', '+tags: [a, "b", "x, y"]   # two']],
    ['tags', 'one', ['-tags: [a, "b"]   # two', '+tags: one   # two']],
    ['widget[0].text', 'one line', ['-- text: |', '-    two', '-    lines', '+- text: one line']],
    ['widget[0].title', '12:30', ["-  title: 12:30 o'clock", '+  title: "12:30"']],
    ['card.identity.version', '1.0', ['-    version: null', '+    version: "1.0"']],
    ['card.identity.version', 1e-5, ['-    version: null', '+    version: 0.00001']],
    ['card.identity.owners', ['Ada'], ['+    owners:', '+      - Ada']],
    ['card.weights[0].tensors', 4, ['+      tensors: 4']],
    ['card.training.seed', 42, ['+  training:', '+    seed: 42']],
    [
      'card.training.hyperparameters["lr.base"]',
      0.5,
      ['+  training:', '+    hyperparameters:', '+      lr.base: 0.5'],
    ],
    ['pipeline_tag', 'image-classification', ['+pipeline_tag: image-classification']],
    ['model-index[0].name', 'm', ['+model-index:', '+  - name: m']],
    ['card.body', 'short', ['-  body: |', '-    # Title', '-    text', '+  body: short']],
    ['card.body', 'a\n\nb\n', ['-    # Title', '-    text', '+    a', '+    b']],
    ['__proto__.x', 1, ['+__proto__:', '+  x: 1']],
  ])('%s = %j', (field, value, lines) => {
    const edited = set(card, field, value)
    expect(changed(card, edited).sort()).toEqual([...lines].sort())
    expect(valueAt(openCard(edited).value, parseCardPath(field))).toEqual(value)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  test('metadata stands above card:, and its members in their order, body last', () => {
    const edited = set(
      set(set(card, 'pipeline_tag', 'x'), 'card.training.seed', 1),
      'card.environment.energy',
      '1 kWh',
    )
    const order = [
      'pipeline_tag:',
      '\ncard:',
      '  identity:',
      '  weights:',
      '  training:',
      '  environment:',
      '  body:',
    ]
    const places = order.map((key) => edited.indexOf(key))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(edited).toContain('# end of the metadata\npipeline_tag: x\ncard:\n')
  })

  test('a value that is there already changes nothing', () => {
    expect(set(card, 'license', 'apache-2.0')).toBe(card)
    expect(set(card, 'tags', ['a', 'b'])).toBe(card)
    expect(appendCardItem(card, ['tags'], 'a')).toBe(card)
    expect(removeCardItem(card, ['tags'], 'z')).toBe(card)
    expect(unsetCardField(card, ['nothing', 'here'])).toBe(card)
  })

  test('items come and go', () => {
    expect(changed(card, appendCardItem(card, ['language'], 'off'))).toEqual(['+- "off"'])
    expect(changed(card, removeCardItem(card, ['language'], 'no'))).toEqual(['-- no    # Norwegian'])
    expect(removeCardItem(card, ['tags'], 'a')).toContain('tags: ["b"]   # two\n')
    expect(removeCardItem(card, ['tags'], 'b')).toContain('tags: [a]   # two\n')
    expect(appendCardItem(card, ['license_link'], 'x')).toContain('license_link:\n  - x\n')
    expect(appendCardItem(card, ['license'], 'mit')).toContain('license:\n  - apache-2.0\n  - mit')
  })

  test('a field that is taken away takes what it leaves empty with it', () => {
    expect(changed(card, unsetCardField(card, ['license']))).toEqual([
      '-license: apache-2.0   # checked by legal',
    ])
    expect(changed(card, unsetCardField(card, ['widget', 0, 'text'])).sort()).toEqual(
      ['-- text: |', '-    two', '-    lines', "-  title: 12:30 o'clock", "+- title: 12:30 o'clock"].sort(),
    )
    const once = unsetCardField(card, ['card', 'identity', 'name'])
    expect(unsetCardField(once, ['card', 'identity', 'version'])).not.toContain('identity')
  })

  test('lines that are added to CRLF lines are CRLF lines', () => {
    const text = importReadme('---\r\nlicense: mit\r\n---\r\nbody\r\n')
    expect(set(text, 'language', ['en'])).toContain('license: mit\r\nlanguage:\r\n  - en\r\ncard:\n')
  })

  test('an alias is not cut off from its anchor', () => {
    const text = '---\nschema: card/v1\na: &x [1]\nb: *x\nc: &y 5\nd: *y\n'
    expect(() => set(text, 'b[0]', 2)).toThrow('alias')
    expect(() => set(text, 'c', 6)).toThrow('surroundings')
  })

  test('a wrong path is named', () => {
    expect(() => set(card, 'license.x', 1)).toThrow('"license" is a value and has no members')
    expect(() => set(card, 'tags.x', 1)).toThrow('"tags" is a list')
    expect(() => set(card, 'tags[7]', 1)).toThrow('"tags" has 2 items')
  })

  test.each(['', 'a..b', '[0]', 'a[', 'a]', 'a["x]', '.a'])('%j names no field', (path) => {
    expect(() => parseCardPath(path)).toThrow('does not name a field')
  })
})

const scalar = fc.oneof(
  fc.constantFrom(
    'mit',
    'no',
    'on',
    '1e-5',
    '12:30',
    '',
    ' x ',
    '# x',
    '- a',
    'a: b',
    '~',
    'null',
    '2020-01-01',
    'a\nb\n',
    '0x1F',
    '[x',
    '\u001B[0m',
    '1_000',
  ),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
)
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { minLength: 1, maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 4 }), scalar, {
      minKeys: 1,
      maxKeys: 3,
    }),
  },
)
const path = fc.oneof(
  fc
    .constantFrom(
      'license',
      'language',
      'tags',
      'tags[0]',
      'datasets[1]',
      'library_name',
      'thumbnail',
      'widget[0].title',
      'new',
      'co2_eq_emissions',
      'model-index[0].name',
      'model-index[0].results[0].metrics[0].value',
      'card.identity.name',
      'card.training.hyperparameters.lr',
      'card.body',
      '["quoted key"]',
      'extra',
    )
    .map(parseCardPath),
  fc.array(fc.string({ unit: 'grapheme', maxLength: 4 }), { minLength: 1, maxLength: 3 }),
)

// A path that leads through a plain value is refused; nothing else may be.
const setOrRefuse = (text: string, at: CardPath, wanted: unknown): string | undefined => {
  try {
    return setCardField(text, at, wanted)
  } catch (error) {
    if (/is a value and has no|is a list:|items?, so/.test(String(error))) return undefined
    throw error
  }
}

describe('properties', () => {
  test('what is set is read back, everything else stays, and setting it twice changes nothing', () => {
    fc.assert(
      fc.property(readmes(), path, value, (readme, at, wanted) => {
        if (at[0] === 'schema' || at[0] === 'card') fc.pre(at.length > 1)
        const text = importReadme(readme, { identity: { name: 'x' } })
        const edited = setOrRefuse(text, at, wanted)
        fc.pre(edited !== undefined)
        expect(openCard(edited).value).toEqual(withValue(openCard(text).value, at, wanted))
        expect(setCardField(edited, at, wanted)).toBe(edited)
      }),
      { numRuns: 1000 },
    )
  })

  test('what is added and taken away again leaves no trace', () => {
    fc.assert(
      fc.property(readmes(), scalar, (readme, wanted) => {
        const text = importReadme(readme)
        expect(unsetCardField(setCardField(text, ['zzz', 'inner'], wanted), ['zzz', 'inner'])).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('paths are read as they are written', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 6 }),
        fc.array(fc.oneof(fc.string({ maxLength: 6 }), fc.nat(999))),
        (first, rest) => {
          expect(parseCardPath(formatCardPath([first, ...rest]))).toEqual([first, ...rest])
        },
      ),
    )
  })
})
