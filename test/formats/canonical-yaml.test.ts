import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { compareCodePoints, formatScalar, formatYaml } from '../../src/domain/canonical-yaml.ts'

const tricky = fc.constantFrom(
  ...[
    'no',
    'Off',
    'FALSE',
    'On',
    'YES',
    'y',
    'N',
    'null',
    '~',
    '',
    ' ',
    'NaN',
    '.inf',
    '-.INF',
    '1e5',
    '1e-5',
    '0x1F',
    '0o17',
    '017',
    '0b101',
  ],
  ...[
    '12:30',
    '1:30:00',
    '2026-11-23',
    '2026-11-23T08:00:00.000Z',
    '1_000',
    '=',
    '<<',
    '-',
    '- a',
    '? a',
    'a: b',
    'a #b',
    '#a',
  ],
  ...[
    '---',
    '...',
    '%YAML',
    '@a',
    '`a',
    '!t',
    '&a',
    '*a',
    '|',
    '>',
    '{}',
    '[',
    'a,b',
    'a b',
    'a  b',
    ' a',
    'a ',
    '\ta',
    'é',
    '😀',
  ],
  ...[
    'a\nb',
    'a\nb\n',
    'a\n\nb',
    'a\n\n\nb',
    '\na\nb',
    'a\n b\n',
    ' a\nb',
    'a\r\nb',
    'a \nb',
    'a\n\tb',
    'a\nb\n\n',
    'a\n---\nb',
    'a\n# b',
  ],
  ...[
    '\u202Ea',
    '\u0085',
    '\u2028',
    '\uFEFF',
    '\u0000',
    '\u001B[31m',
    'a\u00A0b',
    '\uFFFF',
    '5e52e6bc65b0f4c8a7c1a14c68db2b52a47f6f96',
  ],
  ...[
    '1234567890123456789012345678901234567890',
    '1234567890123456789e12345678901234567890',
    '__proto__',
    'constructor',
    '9',
    '10',
  ],
)
const nearNumbers = fc.string({ unit: fc.constantFrom(...'e0-+.1_xXbonyEintf: #'), maxLength: 6 })
const text = fc.oneof(
  tricky,
  nearNumbers,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 30 }),
)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
)
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null))
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

function read(document: string, version: '1.1' | '1.2'): unknown {
  const parsed = parseDocument(document, { version })
  expect(parsed.errors).toEqual([])
  expect(parsed.warnings).toEqual([])
  return parsed.toJS()
}

describe('formatYaml', () => {
  it('lays a record out as a person would', () => {
    const order = {
      keys: {
        schema: {},
        code: { keys: { tree: {} } },
        metrics: { each: { keys: { last: {}, count: {} } } },
      },
    }
    const record = {
      tags: {},
      metrics: { 'val/acc': { count: 3, last: 0.91 }, loss: { last: 'NaN', count: 1 } },
      code: { skipped: [{ path: 'big.npy' }], tree: '7'.repeat(39) + 'a', dirty: true },
      schema: 'run/v1',
      links: [],
      command: ['python', 'train.py', '--lr', '3e-4'],
      params: { lr: 0.0003, tiny: 1e-7, epochs: 10, gone: undefined },
      notes: 'first line\n\n- second: line\n',
    }
    expect(formatYaml(record, order)).toBe(
      [
        '---',
        'schema: run/v1',
        'code:',
        `  tree: ${'7'.repeat(39)}a`,
        '  dirty: true',
        '  skipped:',
        '    - {path: big.npy}',
        'metrics:',
        '  loss: {last: "NaN", count: 1}',
        '  val/acc: {last: 0.91, count: 3}',
        'command: [python, train.py, "--lr", "3e-4"]',
        'links: []',
        'notes: |',
        '  first line',
        '',
        '  - second: line',
        'params:',
        '  epochs: 10',
        '  lr: 0.0003',
        '  tiny: 1.0e-7',
        'tags: {}',
        '',
      ].join('\n'),
    )
  })

  it.each([
    ['no', '"no"'],
    ['12:30', '"12:30"'],
    ['val/acc', 'val/acc'],
    ['two words', 'two words'],
    ['two  words', '"two  words"'],
    ['a\u202Eb', '"a\\u202eb"'],
    ['\u001B[31m', '"\\u001b[31m"'],
    ['\uD800', '"\uFFFD"'],
    ['1'.repeat(40), `"${'1'.repeat(40)}"`],
    ['1'.repeat(38) + 'e1', `"${'1'.repeat(38)}e1"`],
    [1e21, '1.0e+21'],
    [2 ** 64, '1.8446744073709552e+19'],
    [-0, '-0.0'],
    [Number.NaN, '"NaN"'],
    [-Infinity, '"-Infinity"'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [null, 'null'],
  ])('writes %j as %s', (input, expected) => {
    expect(formatScalar(input)).toBe(expected)
  })

  it('sorts by code point, as bytes are sorted', () => {
    expect(formatYaml({ '\u{1F600}': 1, '\uFF5E': 2, a: 3 })).toBe('---\na: 3\n"\uFF5E": 2\n"\u{1F600}": 1\n')
  })

  it('writes a key that is too long for a plain key', () => {
    const key = 'k'.repeat(2000)
    const long = { [key]: { a: { [key]: 1 } }, b: { c: [{ [key]: 'x\ny' }] } }
    expect(read(formatYaml(long), '1.2')).toEqual(long)
  })

  it('reads back the same under YAML 1.1 and 1.2', () => {
    fc.assert(
      fc.property(value, (input) => {
        const document = formatYaml(input)
        const expected = wellFormed(input)
        expect(document).toMatch(/^---\n[^]*[^\n]\n$/)
        for (const version of ['1.1', '1.2'] as const) expect(read(document, version)).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('is a fixed point, whatever order the members come in', () => {
    fc.assert(
      fc.property(value, (input) => {
        const document = formatYaml(input)
        expect(formatYaml(read(document, '1.2'))).toBe(document)
        expect(formatYaml(reversed(input))).toBe(document)
      }),
    )
  })

  it('holds nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(value, (input) => {
        expect(formatYaml(input)).not.toMatch(
          /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/,
        )
      }),
    )
  })
})

describe('compareCodePoints', () => {
  it('orders as UTF-8 bytes are ordered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })
})

function wellFormed(input: unknown): unknown {
  if (typeof input === 'string') return Buffer.from(input).toString()
  if (Array.isArray(input)) return input.map(wellFormed)
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input).map(([key, member]) => [wellFormed(key), wellFormed(member)]),
  )
}

function reversed(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(reversed)
  if (typeof input !== 'object' || input === null) return input
  return Object.fromEntries(
    Object.entries(input)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  )
}
