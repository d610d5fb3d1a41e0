import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../src/domain/run.ts'
import { toColumns, type Series } from '../../src/domain/series.ts'
import { encodeRun } from '../../src/domain/encode-run.ts'
import { decodeRunNote } from '../../src/schema/run-note.ts'
import { encodeSeries } from '../../src/domain/encode-series.ts'
import { decodeSeriesNote } from '../../src/schema/series-note.ts'
import { aRecord, records, series } from './arbitraries.ts'

describe('a run note', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 3 }), (written) => {
        const note = decodeRunNote(written.map(encodeRun).join(''))
        expect(note).toEqual({ records: written, others: [], problems: [] })
      }),
    )
  })

  it.each([
    ['a blank line between two documents, as a rebase squash leaves', (a: string, b: string) => `${a}\n${b}`],
    ['no newline at the end of the first but one', (a: string, b: string) => `${a}${b.trimEnd()}`],
    ['no marker between the two', (a: string, b: string) => a + b.slice(4)],
    ['no marker at all', (a: string, b: string) => a.slice(4) + b.slice(4)],
    ['DOS line ends', (a: string, b: string) => (a + b).replaceAll('\n', '\r\n')],
    ['a byte order mark', (a: string, b: string) => `\uFEFF${a}${b}`],
    ['empty lines before each', (a: string, b: string) => ` \r\n\uFEFF${a}\t\n \n\uFEFF${b}`],
    ['comments and document ends', (a: string, b: string) => `# one\n${a}...\n# two\n${b}...\n`],
    ['directives', (a: string, b: string) => `%YAML 1.2\n${a}...\n%YAML 1.1\n${b}`],
    [
      'JSON instead',
      (a: string, b: string) =>
        [a, b].map((text) => JSON.stringify(decodeRunNote(text).records[0])).join('\n---\n'),
    ],
  ])('takes %s', (_, join) => {
    const [first, second] = [aRecord({ name: 'one' }), aRecord({ name: 'two', params: { lr: 0.1 } })]
    expect(decodeRunNote(join(encodeRun(first), encodeRun(second)))).toEqual({
      records: [first, second],
      others: [],
      problems: [],
    })
  })

  it('carries a newer document and says so', () => {
    const newer = '---\nschema: run/v2\nrun: abc\nshape: {of: things to come}\n'
    const note = decodeRunNote(encodeRun(aRecord()) + newer)
    expect(note.records).toHaveLength(1)
    expect(note.others).toEqual([newer])
    expect(note.problems).toEqual([
      {
        code: 'note-newer',
        message: 'a run/v2 document, which is newer than this git-model',
        line: 16,
        column: 9,
      },
    ])
  })

  it.each([
    ['---\nschema: run/v1\nrun: [\n', 'note-invalid', 4],
    ['just some text\n', 'note-invalid', 1],
    ['---\nschema: card/v1\n', 'note-invalid', 2],
    ['---\n"open\n', 'note-invalid', 3],
    ['---\n{"schema":"run/v1"}\n', 'note-invalid', 2],
    [encodeRun(aRecord()).replace('count: 2', 'count: 2.5'), 'note-invalid', 13],
    [encodeRun(aRecord()).replace('name: calm-otter', 'name: calm-otter\nnam: x'), 'note-invalid', 5],
  ])('carries %j', (text, code, line) => {
    const good = encodeRun(aRecord())
    const note = decodeRunNote(text + good)
    expect(note.records).toEqual([aRecord()])
    expect(note.others).toHaveLength(1)
    expect(note.others[0]).toContain(text.replace('---\n', '').trimEnd())
    expect(note.problems).toMatchObject([{ code, line }])
    expect(decodeRunNote(note.others[0]! + good).others).toEqual(note.others)
  })

  it('names the member that is wrong', () => {
    const text = encodeRun(aRecord({ metrics: { 'val/acc': summary(1.5) } }))
    expect(decodeRunNote(text).problems[0]).toEqual({
      code: 'note-invalid',
      message: 'metrics/val~1acc/count: must be an integer',
      line: 13,
      column: 54,
    })
  })

  it('takes an output only where it stands inside the repository', () => {
    for (const path of ['/etc/passwd', '../x', 'a/../../x', 'a//b', './a', 'a/', '']) {
      const files = [{ path, oid: `sha256:${'0'.repeat(64)}`, size: 1 }]
      expect(
        decodeRunNote(encodeRun(aRecord({ outputs: { commit: '0'.repeat(40), files } }))).records,
      ).toEqual([])
    }
    for (const path of ['a', '.model/artifacts/x', 'a/..b', 'é/x y']) {
      const files = [{ path, oid: `sha256:${'0'.repeat(64)}`, size: 1 }]
      expect(
        decodeRunNote(encodeRun(aRecord({ outputs: { commit: '0'.repeat(40), files } }))).records,
      ).toHaveLength(1)
    }
  })

  it('never throws and never drops', () => {
    const pieces = fc.constantFrom(
      encodeRun(aRecord()),
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '# c\n',
      'schema: run/v1\n',
      '{"a": 1}\n',
      '- [\n',
      '"',
      '\uFEFF',
      '\r\n',
    )
    const junk = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 10 })), { maxLength: 8 })
      .map((list) => list.join(''))
    fc.assert(
      fc.property(junk, (text) => {
        const note = decodeRunNote(text)
        expect(note.others).toHaveLength(note.problems.length)
        const again = decodeRunNote(note.records.map(encodeRun).join('') + note.others.join(''))
        expect(again.records).toEqual(note.records)
        expect(again.others).toEqual(note.others)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a series note', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(series, { maxLength: 3 }), (written) => {
        expect(decodeSeriesNote(written.map(encodeSeries).join(''))).toEqual({
          series: written,
          others: [],
          problems: [],
        })
      }),
    )
  })

  it('is one line of JSON', () => {
    const columns = toColumns([
      { step: 1, value: 1e-7, time: 5 },
      { step: 0, value: 'NaN', time: 4 },
    ])
    const text = encodeSeries({
      schema: 'series/v1',
      run: 'a'.repeat(40),
      metrics: { loss: columns },
      reduced: true,
    })
    expect(text).toBe(
      `---\n{"schema":"series/v1","run":"${'a'.repeat(40)}","metrics":{"loss":{"step":[0,1],"value":["NaN",1.0e-7],"time":[4,5]}},"reduced":true}\n`,
    )
    expect(JSON.parse(text.slice(4))).toMatchObject({ reduced: true })
  })

  it('is the same note with empty lines and byte order marks before its documents', () => {
    fc.assert(
      fc.property(series, (a) => {
        expect(decodeSeriesNote(`\u2028\r\n\uFEFF${encodeSeries(a)}`)).toEqual(
          decodeSeriesNote(encodeSeries(a)),
        )
      }),
    )
  })

  it('survives cat_sort_uniq, which is what plain git offers to merge notes', () => {
    const [a, b] = [aSeries([1]), aSeries([2])]
    const sorted = [...new Set((encodeSeries(a) + encodeSeries(b)).split('\n').filter(Boolean))]
      .sort()
      .join('\n')
    expect(decodeSeriesNote(sorted)).toEqual({ series: [a, b], others: [], problems: [] })
  })

  it.each([
    [
      'unequal columns',
      { step: [1, 2], value: [1], time: [1, 2] },
      'metrics/a~1b: has columns of 2 steps, 1 values and 2 times',
    ],
    [
      'columns out of order',
      { step: [1, 0], value: [1, 1], time: [1, 2] },
      'metrics/a~1b: is out of order at its point 1',
    ],
    [
      'a text for a number',
      { step: [1], value: ['one'], time: [1] },
      'metrics/a~1b/value/0: must be a number or one of NaN, Infinity, -Infinity',
    ],
  ])('carries %s', (_, columns, message) => {
    const text = encodeSeries({
      schema: 'series/v1',
      run: 'a'.repeat(40),
      metrics: { 'a/b': columns as never },
    })
    const note = decodeSeriesNote(text)
    expect(note).toEqual({
      series: [],
      others: [text],
      problems: [{ code: 'note-invalid', message, line: 2, column: expect.any(Number) }],
    })
  })
})

function aSeries(values: number[]): Series {
  const points = values.map((value, step) => ({ step, value, time: step }))
  return { schema: 'series/v1', run: 'b'.repeat(40), metrics: { loss: toColumns(points) } }
}

function summary(count: number): NonNullable<RunRecord['metrics']>[string] {
  return { last: 1, step: 1, min: 1, max: 1, count, time: 1 }
}
