import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderTable } from '../../src/cli/render/table.ts'
import type { Column } from '../../src/cli/render/column.ts'
import { fitColumns } from '../../src/cli/render/text-table.ts'
import { displayWidth } from '../../src/domain/display-width.ts'

const columns: Column[] = [
  { title: 'name', shrinkTo: 6 },
  { title: 'acc', align: 'decimal' },
  { title: 'note', expendable: 2 },
  { title: 'size', align: 'right', expendable: 1 },
]
const rows = [
  ['plain', '0.9', 'ok', '1 kB'],
  ['日本語の名前', '12.125', '👩‍🔬 lab', '10 MB'],
  ['très long name', '7', 'a|b', ''],
  ['x', '1e-7', '–', '3 B'],
]

describe('renderTable', () => {
  it('lines up text, wide characters and decimal points', () => {
    expect(renderTable(columns, rows, 'text')).toMatchInlineSnapshot(`
      "name               acc  note     size
      plain            0.9    ok       1 kB
      日本語の名前    12.125  👩‍🔬 lab  10 MB
      très long name   7      a|b
      x                1e-7   –         3 B
      "
    `)
  })

  it('cuts what may be cut to fit the width', () => {
    const text = renderTable(columns, rows, 'text', { width: 34 })
    expect(text).toMatchInlineSnapshot(`
      "name            acc  note     size
      plain         0.9    ok       1 kB
      日本語の名…  12.125  👩‍🔬 lab  10 MB
      très long…    7      a|b
      x             1e-7   –         3 B
      "
    `)
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(34)
  })

  it('writes Markdown', () => {
    expect(renderTable(columns, rows, 'md')).toMatchInlineSnapshot(`
      "| name           |    acc | note   |  size |
      | -------------- | -----: | ------ | ----: |
      | plain          |    0.9 | ok     |  1 kB |
      | 日本語の名前   | 12.125 | 👩‍🔬 lab | 10 MB |
      | très long name |      7 | a\\|b   |       |
      | x              |   1e-7 | –      |   3 B |
      "
    `)
  })

  it('writes CSV', () => {
    const cells = [
      ['=HYPERLINK("x")', '-0.5', 'a,b', 'say "hi"'],
      ['+1 person', '-inf', '@cmd', ' -1+2 '],
    ]
    expect(renderTable(columns, cells, 'csv').split('\r\n')).toEqual([
      'name,acc,note,size',
      `"'=HYPERLINK(""x"")",-0.5,"a,b","say ""hi"""`,
      `"'+1 person",-inf,"'@cmd","' -1+2 "`,
      '',
    ])
  })

  it('paints after it has measured', () => {
    const paint = (text: string): string => `<${text}>`
    expect(renderTable([{ title: 'a' }, { title: 'b' }], [[{ text: 'x', paint }, 'y']], 'text')).toBe(
      'a  b\n<x>  y\n',
    )
  })

  it('lets nothing out of its cell', () => {
    const cell = fc.string({ unit: 'binary', maxLength: 20 })
    const hostile = fc.oneof(
      cell,
      fc.constantFrom('\u001b[2J', 'a\nb', '\r\n', '|', '\\|', '`|`', '"', ',', '\u202e', '<b>'),
    )
    const grid = fc.array(fc.tuple(hostile, hostile), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(grid, (cells) => {
        const head = [{ title: 'a' }, { title: 'b' }]
        const text = renderTable(head, cells, 'text')
        const markdown = renderTable(head, cells, 'md')
        expect(text).not.toMatch(/[^\P{Cc}\n]|[^\P{Cf}\u200c\u200d]/u)
        expect(markdown).not.toMatch(/[^\P{Cc}\n]|[^\P{Cf}\u200c\u200d]/u)
        expect(text.split('\n').length).toBe(cells.length + 2)
        expect(markdown.split('\n').length).toBe(cells.length + 3)
        for (const line of markdown.trimEnd().split('\n')) expect(barePipes(line)).toBe(3)
        expect(parseCsv(renderTable(head, cells, 'csv')).map((row) => row.length)).toEqual(
          Array.from({ length: cells.length + 1 }, () => 2),
        )
      }),
      { numRuns: 500 },
    )
  })
})

describe('fitColumns', () => {
  it('drops the most expendable first, and never the others', () => {
    expect(fitColumns(columns, rows, 80)).toEqual({ kept: [0, 1, 2, 3], hidden: [] })
    expect(fitColumns(columns, rows, 24)).toEqual({ kept: [0, 1, 3], hidden: ['note'] })
    expect(fitColumns(columns, rows, 5)).toEqual({ kept: [0, 1], hidden: ['note', 'size'] })
  })
})

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['ﾊﾝ', 2],
    ['한글', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['👍', 2],
    ['👩‍🔬', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['❤', 1],
    ['–…★▁', 4],
    ['', 0],
  ])('%s: %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })
})

function barePipes(line: string): number {
  return line.replaceAll(/\\./g, '').split('|').length - 1
}

function parseCsv(text: string): string[][] {
  const parsed: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    parsed.push(row)
    row = []
  }
  return parsed
}
