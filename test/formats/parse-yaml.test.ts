import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatYaml, type KeyOrder } from '../../src/domain/canonical-yaml.ts'
import { parseDocuments } from '../../src/schema/parse-yaml.ts'
import { readCanonical } from '../../src/schema/read-canonical.ts'
import { encodeRun, RUN_ORDER } from '../../src/domain/encode-run.ts'
import { validate } from '../../src/schema/validate.ts'
import { readYamlTree } from '../../src/schema/yaml-tree.ts'
import { aRecord, records } from './arbitraries.ts'

const budget = (): Parameters<typeof readYamlTree>[1] => ({ tokens: 1e6, depth: 64 })
const values = fc.jsonValue({ maxDepth: 4 })

describe('parseDocuments', () => {
  it('reads a stream, and says where what is broken stands', () => {
    const [first, second, third] = parseDocuments('---\na: 1\n---\nb: [1\nc: 2\n---\n{"c": 3}\n')
    expect(first).toMatchObject({ value: { a: 1 }, problems: [], text: '---\na: 1\n' })
    expect(second!.problems[0]).toMatchObject({ line: 5, column: 1 })
    expect(third).toMatchObject({ value: { c: 3 }, problems: [] })
    expect(third!.position(['c'])).toEqual({ line: 7, column: 7 })
  })

  it('knows where values stand', () => {
    const [document] = parseDocuments('models:\n  digits: {path: x}\n  list:\n    - a\n    - b: 1\n')
    expect(document!.position(['models', 'digits', 'path'])).toEqual({ line: 2, column: 18 })
    expect(document!.position(['models', 'list', 1, 'b'])).toEqual({ line: 5, column: 10 })
    expect(document!.position(['models', 'list', 1, 'none', 'such'])).toEqual({ line: 5, column: 7 })
    expect(document!.position([])).toEqual({ line: 1, column: 1 })
  })

  it.each<[string, string]>([
    ['a: &x 1\nb: *x\n', 'aliases are not allowed here'],
    ['a: 1\na: 2\n', 'the key "a" stands here twice'],
    ['{a: 1, "a": 2}\n', 'the key "a" stands here twice'],
    ['? [a]\n: 1\n', 'a key must be a text'],
    ['['.repeat(100), 'the nesting is deeper than 64 levels'],
    ['- '.repeat(1e6), 'the nesting is deeper than 64 levels'],
    ['{"a":'.repeat(1e6), 'the nesting is deeper than 64 levels'],
    ['&a '.repeat(1e6), 'there are too many tags and anchors in a row'],
    ['- a\n'.repeat(1e6), 'there are too many values to read'],
    ['- *a\n'.repeat(1e6), 'there are too many values to read'],
    [
      `a: ${'x'.repeat(17 * 1024 * 1024)}`,
      'the document is too large: 17825795 characters, where at most 16777216 are read',
    ],
  ])('refuses %.20s', (text, message) => {
    const start = performance.now()
    expect(parseDocuments(text)[0]!.problems[0]!.message).toBe(message)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it('splits a stream into so many documents and no more', () => {
    expect(parseDocuments('---\na\n'.repeat(20_000)).length).toBeLessThanOrEqual(10_000)
  })

  it('takes keys for texts, and no key for more than a key', () => {
    for (const text of [
      '__proto__: {polluted: 1}\nconstructor: 2\n1: a\ntrue: b\n',
      '{"__proto__": {"polluted": 1}, "constructor": 2, "1": "a", "true": "b"}',
    ]) {
      const [document] = parseDocuments(text)
      expect(Object.keys(document!.value as object).toSorted()).toEqual([
        '1',
        '__proto__',
        'constructor',
        'true',
      ])
      expect({}).not.toHaveProperty('polluted')
    }
  })

  it('has the types of YAML 1.2, whatever the text claims', () => {
    const [document] = parseDocuments(
      '%YAML 1.1\n---\na: no\nb: 12:30\nc: 2026-11-23\nd: !!binary aGk=\ne: 0o17\nf: !x y\n',
    )
    expect(document).toMatchObject({
      value: { a: 'no', b: '12:30', c: '2026-11-23', d: 'aGk=', e: 15, f: 'y' },
      problems: [],
    })
  })

  it('never throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '---\n',
        '...\n',
        '- ',
        '? ',
        ': ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '|\n',
        '>\n',
        '&a ',
        '*a ',
        '!!x ',
        '%YAML 1.1\n',
        '#',
        '\n',
        '  ',
        '\t',
        'a',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        for (const document of parseDocuments(pieces.join(''))) {
          for (const { line, column } of document.problems) expect(Math.min(line, column)).toBeGreaterThan(0)
          document.position(['a', 0])
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('readCanonical', () => {
  it('reads what formatYaml writes', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = formatYaml(value)
        expect(readCanonical(text)).toEqual({ value: readYamlTree(text, budget()).value })
      }),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(records, (record) => {
        expect(readCanonical(encodeRun(record))).toEqual({ value: record })
      }),
    )
  })

  it.each([
    'a: 1\na: 2',
    'a: {b: 1, b: 2}',
    'a: b\n  c',
    'a: b\n  c: d',
    'a:\n  b: 1\n   c: 2',
    'a:\n    b: 1',
    'a: no',
    'a: 1 # c',
    'a:\n- b',
    'a: |\n   b\n  c',
    'a: [b, [c]]',
    'a: 012',
    'a: b\n\nc: d',
    '- a\n -b',
    'a',
    "a: 'b'",
    'a: "\u0085"',
    'a: 2026-11-23',
    'a: b: c',
    'a: [b',
  ])('leaves %j to the YAML library', (body) => {
    const text = `---\n${body}\n`
    const read = readCanonical(text)
    if (read !== undefined) expect(read.value).toEqual(readYamlTree(text, budget()).value)
    if (body !== 'a') expect(read).toBeUndefined()
  })

  it('reads nothing otherwise than YAML does', () => {
    const texts = fc.oneof(
      values.map((value) => formatYaml(value)),
      records.map(encodeRun),
      fc.constant(encodeRun(aRecord({ notes: 'a\n\nb\n' }))),
    )
    const piece = fc.constantFrom(
      '\n',
      ' ',
      '  ',
      ': ',
      '- ',
      '"',
      '\\',
      ',',
      '|',
      '|-',
      '#',
      ' #',
      '{',
      ']',
      '1',
      'e',
      'no',
      '? ',
      '\t',
      '---',
      '\n  \n',
      '&',
      '!',
    )
    const anywhere = fc.tuple(fc.nat(), fc.nat(3), piece).map(([at, remove, insert]) => (before: string) => {
      const place = 4 + (at % Math.max(before.length - 4, 1))
      return before.slice(0, place) + insert + before.slice(place + remove)
    })
    // What stands for a value is what the types of YAML are told by.
    const whole = fc.tuple(fc.nat(), fc.constantFrom(...SCALARS)).map(([at, scalar]) => (before: string) => {
      const places = [...before.matchAll(/(?<=: |- |[[{] ?)[^\s,\]}[{]+/g)]
      const found = places[at % Math.max(places.length, 1)]
      if (found === undefined) return before
      return before.slice(0, found.index) + scalar + before.slice(found.index + found[0].length)
    })
    let accepted = 0
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.oneof(anywhere, whole), { minLength: 1, maxLength: 3 }),
        (text, edits) => {
          const edited = edits.reduce((before, edit) => edit(before), text)
          const read = readCanonical(edited)
          if (read === undefined) return
          accepted++
          const { value, problems } = readYamlTree(edited, budget())
          expect({ value: read.value, problems: [] }).toEqual({ value, problems })
        },
      ),
      { numRuns: 5000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

const SCALARS =
  'no yes on y null Null NULL ~ true True FALSE 012 0x1f 0o7 0b1 1e5 1E5 1e+5 1. .5 +1 -0 -0.0 1_000 12:30 .inf .nan NaN - = << * & ! | > % @ 2026-11-23 "" "no" \'no\' !!str &a'.split(
    ' ',
  )

describe('the schema of a run', () => {
  it('has its members in the order in which they are written', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/run-v1.json', import.meta.url), 'utf8'),
    ) as SchemaNode
    expect(orderOf(schema, schema)).toEqual(RUN_ORDER)
  })

  it('allows any record, and nothing else', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(validate('run', record)).toEqual([])
      }),
    )
    for (const value of [
      null,
      [],
      'x',
      1,
      {},
      { ...aRecord(), run: 'x' },
      { ...aRecord(), more: 1 },
      { ...aRecord(), params: { a: null } },
      { ...aRecord(), params: { ' a': 1 } },
    ]) {
      expect(validate('run', value)).not.toEqual([])
    }
  })

  it.each<[Record<string, unknown>, string, string]>([
    [{ more: 1 }, '/more', 'is not known here'],
    [{ run: 'x' }, '/run', 'must be a git object name: 40 or 64 hexadecimal digits'],
    [{ status: 'done' }, '/status', 'must be one of running, finished, failed, killed'],
    [{ name: undefined }, '', 'must have "name"'],
    [{ params: { 'a/b': null } }, '/params/a~1b', 'must be a text or a number or true or false'],
    [
      { params: { ' a': 1 } },
      '/params',
      'holds the name " a", which must be printable, on one line, 1 to 250 characters long',
    ],
    [{ revision: 0 }, '/revision', 'must be 1 or more'],
    [{ started: 'today' }, '/started', 'must be a time such as 2026-11-23T08:00:00.000Z'],
  ])('says of %j what is wrong', (changes, path, message) => {
    const record = Object.fromEntries(
      Object.entries({ ...aRecord(), ...changes }).filter(([, value]) => value !== undefined),
    )
    expect(validate('run', record)).toEqual([{ path, message }])
  })
})

interface SchemaNode {
  type?: unknown
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
  additionalProperties?: SchemaNode | boolean
}

function orderOf(node: SchemaNode, root: SchemaNode): KeyOrder {
  if (node.properties !== undefined) {
    return {
      keys: Object.fromEntries(
        Object.entries(node.properties).map(([name, member]) => [name, orderOf(member, root)]),
      ),
    }
  }
  const each =
    node.items ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined)
  return each?.properties === undefined ? {} : { each: orderOf(each, root) }
}
