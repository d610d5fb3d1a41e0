import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportReadme } from '../../src/schema/export-readme.ts'
import { importReadme } from '../../src/schema/import-readme.ts'
import { openCard } from '../../src/schema/card-document.ts'
import { readmes } from './readmes.ts'

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

describe('a README that is imported and exported is the same, byte for byte', () => {
  test.each(['llama-adapter.md', 'sentence-transformer.md'])('%s', (name) => {
    const readme = fixture(name)
    expect(exportReadme(importReadme(readme))).toBe(readme)
    expect(exportReadme(importReadme(readme.replaceAll('\n', '\r\n')))).toBe(readme.replaceAll('\n', '\r\n'))
    expect(exportReadme(importReadme(`\uFEFF${readme}`))).toBe(`\uFEFF${readme}`)
  })

  test.each([
    ['nothing', ''],
    ['one newline', '\n'],
    ['blanks', '  \n\n \t\n'],
    ['no front matter', '# Title\n\ntext\n'],
    ['empty front matter', '---\n---\nbody\n'],
    ['a blank line as front matter', '---\n\n---\nbody\n'],
    ['a comment as front matter', '---\n# nothing yet\n---\nbody'],
    ['no final newline', '---\nlicense: mit\n---\nbody'],
    ['no body', '---\nlicense: mit\n---\n'],
    ['no body and no final newline', '---\nlicense: mit\n---'],
    ['many final newlines', '---\nlicense: mit\n---\nbody\n\n\n\n'],
    ['CRLF', '---\r\nlicense: mit\r\ntags:\r\n- a\r\n---\r\nbody\r\n'],
    ['CRLF without front matter', 'a\r\nb'],
    ['CRLF in the front matter only', '---\r\nlicense: mit\r\n---\r\nbody\nmore\n'],
    ['CRLF in the body only', '---\nlicense: mit\n---\nbody\r\nmore\r\n'],
    ['mixed line ends', 'a\r\nb\nc\rd'],
    ['a lone CR in the front matter', '---\nlicense: "mi\rt"\n---\nbody\n'],
    ['BOM', '\uFEFF---\nlicense: mit\n---\nbody\n'],
    ['BOM alone', '\uFEFF'],
    ['two BOMs', '\uFEFF\uFEFFx'],
    ['blanks before and after the fences', '\n\n---  \nlicense: mit\n---\t\nbody\n'],
    ['front matter that is never closed', '---\nlicense: mit\n'],
    ['rules in the body', '---\nlicense: mit\n---\n---\nschema: card/v9\n---\n...\n---\n'],
    ['prose between rules', '---\nJust words.\n---\nmore words\n'],
    ['a flow map', '---\n{license: mit, tags: [a, "b"]}\n---\nbody\n'],
    ['an indented map', '---\n  license: mit\n  tags:\n    - a\n---\nbody\n'],
    ['an end marker', '---\nlicense: mit\n...\n---\nbody\n'],
    ['a comment below an end marker', '---\nlicense: mit\n... # done\n---\nbody\n'],
    ['a text that keeps its blank lines', '---\nnote: |+\n  a\n\n\n---\nbody\n'],
    ['anchors', '---\ntags: &t [a]\nother: *t\n---\nbody\n'],
    ['null keys and values', '---\nlicense:\n~: x\nlanguage: ~\n---\nbody\n'],
    ['complex keys', '---\n? [a, b]\n: c\n---\nbody\n'],
    ['__proto__', '---\n__proto__:\n  polluted: true\nconstructor: 1\n---\nbody\n'],
    ['control characters', 'a\u0000b\u001B[31mc\u007F\u0085\u2028\n'],
    ['tabs and blanks first', '\t\n   x\n  y\n'],
  ])('%s', (_, readme) => {
    const text = importReadme(readme)
    expect(exportReadme(text)).toBe(readme)
    expect(text.startsWith('---\nschema: card/v1\n')).toBe(true)
  })

  test('only a line of its own closes the front matter', () => {
    const text = importReadme('---\nlicense: mit---\nnote: a\rb---\n---\nbody\n')
    expect(openCard(text).value).toMatchObject({ license: 'mit---', card: { body: 'body\n' } })
  })

  test('any text', () => {
    fc.assert(
      fc.property(readmes(), (readme) => {
        expect(exportReadme(importReadme(readme))).toBe(readme)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('the front matter', () => {
  test('stands in the card as it is, comments and quotes included', () => {
    const readme = fixture('llama-adapter.md')
    const front = readme.slice(4, readme.indexOf('\n---\n') + 1)
    expect(importReadme(readme)).toContain(`---\nschema: card/v1\n${front}card:\n`)
  })

  test.each([
    ['schema: x', 'the key "schema"', 2],
    ['license: mit\ncard: x', 'the key "card"', 3],
    ['- a\n- b', 'is a list', 2],
    ['license: mit\ntags: a: b', 'Nested mappings', 3],
    ['license: mit\nlicense: gpl', 'line 3', 3],
  ])('%j cannot become a card, and the line is named', (front, message, line) => {
    expect(() => importReadme(`---\n${front}\n---\nbody\n`)).toThrow(message)
    expect(() => importReadme(`---\n${front}\n---\nbody\n`)).toThrow(`line ${line},`)
  })

  test('that is edited loses nothing but what was edited, even where it was a flow map', async () => {
    const { setCardField } = await import('../../src/schema/edit-card-text.ts')
    const text = setCardField(importReadme('---\n{license: mit, a: "x"}\n---\nbody\n'), ['license'], 'gpl')
    expect(exportReadme(text)).toBe('---\nlicense: gpl\na: x\n---\nbody\n')
  })
})

test('aliases that multiply are refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => pair.split(''))) {
    bomb.push(`${name}: &${name} [${`*${of}, `.repeat(10)}]`)
  }
  expect(() => importReadme(`---\n${bomb.join('\n')}\n---\n`)).toThrow('alias')
  expect(() => openCard(bomb.join('\n'))).toThrow('alias')
})

test('what holds itself is refused', () => {
  for (const text of ['a: &a [*a, *a]', 'a: &a {b: {c: *a}}', '{&a [*a]: 1}: *a']) {
    expect(() => importReadme(`---\n${text}\n---\n`)).toThrow('nests too deeply')
    expect(() => openCard(text)).toThrow('nests too deeply')
  }
  const chain = Array.from({ length: 50 }, (_, at) => `a${at + 1}: &a${at + 1} [[*a${at}]]`)
  expect(() => openCard(['a0: &a0 [1]', ...chain].join('\n'))).toThrow('alias')
  expect(openCard('a: &a [1]\nb: [*a, *a]\n').value).toEqual({ a: [1], b: [[1], [1]] })
})

test('depth is bounded', () => {
  expect(() => openCard(`a: ${'['.repeat(100)}${']'.repeat(100)}`)).toThrow('too deeply')
  expect(() => openCard(`a: ${'['.repeat(50_000)}`)).toThrow(/too deeply|not readable/)
  expect(() => importReadme(`---\na: ${'['.repeat(50_000)}\n---\n`)).toThrow(/cannot become a card/)
})
