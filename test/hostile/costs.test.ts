import { describe, expect, it } from 'vitest'
import { makeColors } from '../../src/cli/colors.ts'
import { renderComparedRuns } from '../../src/cli/render/compared-runs.ts'
import type { ComparedField } from '../../src/domain/compare-runs.ts'
import { escapeMarkdown } from '../../src/domain/escape-markdown.ts'
import { encodeRun } from '../../src/domain/encode-run.ts'
import { isModelError } from '../../src/domain/errors.ts'
import type { RunRecord } from '../../src/domain/run.ts'
import { checkCardText } from '../../src/schema/check-card-text.ts'
import { importReadme } from '../../src/schema/import-readme.ts'
import { joinCards, mergeCards } from '../../src/schema/merge-cards.ts'
import { decodeNote } from '../../src/store/decode-run.ts'
import { checkConfig } from '../../src/store/parse-config.ts'
import { decodeSeries } from '../../src/store/run-codec.ts'
import { nobody, recordOf } from './payloads.ts'

// What is here takes some seconds at most, and took minutes, all memory, or threw, before it was bounded.

const RUN = nobody('aa')
const RECORD = JSON.parse(recordOf(RUN).slice(4)) as RunRecord
const YAML = encodeRun(RECORD)
const CARD = '---\nschema: card/v1\nlicense: mit\ncard:\n  body: x\n'
const MB = 1_000_000

function numbered(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('')
}

describe('a run note of many megabytes', () => {
  it.each<[string, () => string, RegExp]>([
    ['a quoted text', () => `${YAML}notes: "${'a'.repeat(8 * MB)}"\n`, /notes: must have at most 1000000/],
    ['a plain text', () => `${YAML}notes: ${'a '.repeat(5 * MB)}b\n`, /notes: must have at most 1000000/],
    ['a text that is too long to read', () => `${YAML}notes: "${'a'.repeat(20 * MB)}"\n`, /too large/],
    ['empty lines', () => YAML + '\n'.repeat(20 * MB), /too large/],
    [
      'params of no type',
      () => recordOf(RUN, { params: params(60_000, null) }),
      /must be a text or a number/,
    ],
    [
      'lists behind blank lines',
      () => `---\nl:\n${'- a\n'.repeat(40_000)}${'\n- a\n'.repeat(60)}`,
      /must have/,
    ],
    [
      'documents without a marker',
      () => `---\n${`schema: a\nl:\n${'- a\n'.repeat(4000)}`.repeat(100)}`,
      /too many/,
    ],
    ['many documents of one line', () => '{"a":1}\n'.repeat(30_000), /./],
  ])('is refused, and says why: %s', (_, make, why) => {
    const text = make()
    const decoded = decodeNote(RUN, Buffer.from(text), Buffer.byteLength(text))
    expect(decoded).toHaveProperty('run', RUN)
    expect(decoded.problems!.join('\n')).toMatch(why)
    expect(decoded.problems!.join('\n').length).toBeLessThan(10_000)
  })

  it('is read where it is honest', () => {
    const text = encodeRun({
      ...RECORD,
      params: params(100_000, 1) as never,
      notes: `"${'a\\'.repeat(400_000)}"`,
    })
    const decoded = decodeNote(RUN, Buffer.from(text), Buffer.byteLength(text))
    expect(Object.keys('record' in decoded ? (decoded.record.params ?? {}) : {})).toHaveLength(100_000)
  })
})

function params(count: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, value]))
}

describe('a series of millions of points', () => {
  const series = (count: number, value: string): string => {
    const column = (one: string): string => `[${`${one},`.repeat(count - 1)}${one}]`
    return `---\n{"schema":"series/v1","run":"${RUN}","metrics":{"a":{"step":${column('1')},"value":${column(value)},"time":${column('1')}}}}\n`
  }
  it('is read up to a bound, and carried beyond it', () => {
    expect(decodeSeries(RUN, series(2 * MB, '1')).value?.metrics['a']?.step).toHaveLength(2 * MB)
    expect(decodeSeries(RUN, series(2 * MB, '"x"')).problems).toMatchObject([/must be a number/])
    expect(decodeSeries(RUN, series(12 * MB, '1'))).toMatchObject({
      value: undefined,
      problems: [/too large/],
      others: { length: 1 },
    })
  })
})

describe('a card', () => {
  it.each<[string, () => string]>([
    ['of many keys', () => CARD + numbered(390_000, (index) => `x${index}: 1\n`)],
    ['of one key many times', () => CARD + 'x: 1\n'.repeat(60_000)],
    ['of a long list', () => `${CARD}tags:\n${'- a\n'.repeat(900_000)}`],
    ['of many wrong members', () => CARD + numbered(60_000, (index) => `  x${index}: 1\n`)],
    ['of a deep list', () => `${CARD}x: ${'['.repeat(300_000)}`],
    ['of a text', () => `${CARD}x: "${'a'.repeat(5 * MB)}"\n`],
    ['of many cards', () => numbered(10_000, (index) => `${CARD}x${index}: 1\n`)],
    [
      'of two cards that agree in nothing',
      () => CARD + numbered(3000, (i) => `x${i}: 1\n`) + CARD + numbered(3000, (i) => `x${i}: 2\n`),
    ],
  ])('%s is told what is wrong with it, and merges', (_, make) => {
    const text = make()
    const { problems } = checkCardText(joinCards(text))
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(40)
    expect(mergeCards(CARD, CARD.replace('mit', 'gpl'), text).text).toContain('gpl')
  })

  it('is not made of a README.md that nests deeply or has too many keys', () => {
    const fronts = [
      '['.repeat(50_000),
      `{${'{a: '.repeat(20_000)}`,
      numbered(100_000, (index) => `\nx${index}: 1`),
    ]
    for (const front of fronts) {
      let failure: unknown
      try {
        importReadme(`---\nx: ${front}\n---\nbody\n`)
      } catch (error) {
        failure = error
      }
      expect(isModelError(failure, 'card-invalid'), String(failure)).toBe(true)
    }
  })
})

describe('a configuration', () => {
  it.each<[string, () => string, RegExp]>([
    [
      'of many wrong models',
      () => `models:\n${numbered(50_000, (i) => ` x${i}: 1\n`)}`,
      /at most 1000 members/,
    ],
    ['of many patterns', () => `weights: {patterns: [${'"*a*a*a*",'.repeat(50_000)}"x"]}\n`, /at most/],
  ])('%s is refused', (_, make, why) => {
    const { problems } = checkConfig(make())
    expect(problems[0]!.message).toMatch(why)
    expect(problems.length).toBeLessThanOrEqual(20)
  })
})

describe('what is shown', () => {
  it('of a long word behind a colon is escaped', () => {
    const word = 'a'.repeat(300_000)
    expect(escapeMarkdown(`:${word}`)).toBe(`:${word}`)
    expect(escapeMarkdown(':tada: 12:30:45 :+1:')).toBe(':&#8203;tada: 12:30:45 :&#8203;+1:')
  }, 20_000)

  it('of runs with very many fields is a table', () => {
    const fields = Array.from({ length: 60_000 }, (_, index): ComparedField => {
      return { group: 'input', key: `data/${index}`, values: [], differs: false }
    })
    const twice: ComparedField = { group: 'output', key: 'data/7', values: [], differs: false }
    const options = { format: 'md', now: 0, colors: makeColors(false) } as const
    const text = renderComparedRuns([], [...fields, twice], options)
    expect(text.split('\n')).toHaveLength(60_005)
    expect(text).toContain('inputs.data/7 ')
    expect(text).toContain('| data/8 ')
  }, 20_000)
})
