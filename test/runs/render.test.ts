import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeColors } from '../../src/cli/colors.ts'
import { formatAge, formatDuration, formatTime } from '../../src/cli/render/duration.ts'
import { formatNumber, formatSize } from '../../src/cli/render/number.ts'
import { formatCommand } from '../../src/domain/quote-shell.ts'
import { legend, renderRuns } from '../../src/cli/render/runs.ts'
import { renderSections } from '../../src/cli/render/sections.ts'
import { defaultColumns, parseColumns } from '../../src/domain/run-columns.ts'
import { runRecord } from './run-record.ts'

const NOW = Date.parse('2026-11-23T10:00:00.000Z')
const colors = makeColors(false)

const stored = [
  {
    record: runRecord({ params: { lr: 0.1, same: 1 }, metrics: { acc: 0.91234567, loss: 'NaN' } }),
    live: false,
  },
  {
    record: runRecord({
      run: 'b'.repeat(40),
      name: 'second',
      params: { lr: 0.01, same: 1 },
      metrics: { acc: 0.5 },
      tags: { pick: true },
      deleted: true,
    }),
    live: false,
  },
  {
    record: runRecord({ run: 'c'.repeat(40), name: 'now', status: 'running', params: { same: 1 } }),
    live: false,
  },
]
const records = stored.map(({ record }) => record)

describe('renderRuns', () => {
  const config = { metrics: { loss: { goal: 'min' as const }, acc: { goal: 'max' as const, primary: true } } }

  it('puts the primary metric first and leaves out params that do not differ', () => {
    const names = defaultColumns(records, config).map(({ field }) => field.key)
    expect(names).toEqual([
      'run_id',
      'run_name',
      'status',
      'start_time',
      'duration',
      'code.commit',
      'acc',
      'loss',
      'lr',
    ])
  })

  it('says what has no room', () => {
    const columns = defaultColumns(records, config)
    const { text, hidden } = renderRuns(stored, columns, { format: 'text', now: NOW, colors, width: 60 })
    expect(text).toMatchInlineSnapshot(`
      "run       name      status                acc  loss    lr
      9f2c0000  lr-3e-4   finished           0.9123   NaN  0.1
      bbbbbbbb  second ★  finished, deleted  0.5        –  0.01
      cccccccc  now       running?                –     –     –
      "
    `)
    expect(hidden).toEqual(['started', 'duration', 'commit'])
    expect(legend(stored)).toBe('* with uncommitted changes   ★ picked   running? not seen on this machine')
  })

  it('tells columns of one name apart', () => {
    const columns = parseColumns('metrics.a, params.a, tags.`a b`, notes', records)
    const { text } = renderRuns(stored.slice(0, 1), columns, { format: 'text', now: NOW, colors })
    expect(text).toBe('metrics.a  params.a  a b  notes\n        –  –         –    –\n')
  })
})

describe('renderSections', () => {
  it('lets nothing act on a terminal, and nothing be markup', () => {
    const hostile = '\u001b]0;x\u0007<img src=x>\n# title | `code` @everyone \u202e'
    const sections = [
      {
        title: hostile,
        facts: [
          { label: hostile, value: hostile },
          { label: 'run', value: 'a `b`', code: true },
        ],
      },
      {
        title: 'notes',
        text: `${hostile}\n\n- item\n===`,
        table: { columns: [{ title: 'a' }], rows: [[hostile]] },
      },
    ]
    const text = renderSections(sections, { format: 'text', colors })
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
    expect(renderSections(sections, { format: 'md', colors })).toMatchInlineSnapshot(`
      "# \\\\x1b\\]0;x\\\\x07\\<img src=x\\>\\\\n\\# title \\| \\\`code\\\` @&#8203;everyone \\\\u{202e}

      - \\\\x1b\\]0;x\\\\x07\\<img src=x\\>\\\\n\\# title \\| \\\`code\\\` @&#8203;everyone \\\\u{202e}: \\\\x1b\\]0;x\\\\x07\\<img src=x\\>\\\\n\\# title \\| \\\`code\\\` @&#8203;everyone \\\\u{202e}
      - run: \`\` a \`b\` \`\`

      ## notes

      | a                                                                              |
      | ------------------------------------------------------------------------------ |
      | \\\\x1b\\]0;x\\\\x07\\<img src=x\\>\\\\n\\# title \\| \\\`code\\\` @&#8203;everyone \\\\u{202e} |

      > \\\\x1b\\]0;x\\\\x07\\<img src=x\\>\\
      > \\# title \\| \\\`code\\\` @&#8203;everyone \\\\u{202e}
      >
      > \\- item\\
      > \\===
      "
    `)
  })
})

describe('numbers and times', () => {
  it.each([
    [0, '0'],
    [-3, '-3'],
    [123_456_789, '123456789'],
    [0.1 + 0.2, '0.3'],
    [0.000123456, '0.0001235'],
    [1.5e-9, '1.5e-9'],
    [98765.4321, '98770'],
    [1e21, '1e+21'],
    ['NaN' as const, 'NaN'],
    ['-Infinity' as const, '-Infinity'],
  ])('number %s: %s', (value, expected) => {
    expect(formatNumber(value)).toBe(expected)
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [240_128, '240 kB'],
    [999_600, '1 MB'],
    [1_234_567_890, '1.23 GB'],
  ])('size %i: %s', (bytes, expected) => {
    expect(formatSize(bytes)).toBe(expected)
  })

  it.each([
    [-5, '0ms'],
    [340, '340ms'],
    [4249, '4.2s'],
    [9960, '10s'],
    [59_600, '1m 00s'],
    [185_000, '3m 05s'],
    [7_800_000, '2h 10m'],
    [273_600_000, '3d 4h'],
  ])('duration %i: %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected)
  })

  it.each([
    [0, 'just now'],
    [59_000, '59 seconds ago'],
    [60_000, '1 minute ago'],
    [7_200_000, '2 hours ago'],
    [86_400_000 * 59, '59 days ago'],
    [86_400_000 * 61, '2026-09-23'],
    [-120_000, '2026-11-23'],
    [Number.NaN, 'unknown'],
  ])('age %i: %s', (ms, expected) => {
    expect(formatAge(NOW - ms, NOW)).toBe(expected)
  })

  it('never writes 60 seconds, 60 minutes or 24 hours', () => {
    fc.assert(
      fc.property(fc.nat(400_000_000), (ms) => {
        expect(formatDuration(ms)).not.toMatch(/60[sm]|24h|NaN/)
      }),
    )
  })

  it('writes a time, and what is none as it is', () => {
    expect(formatTime('2026-11-23T08:00:00.123Z')).toBe('2026-11-23 08:00:00 UTC')
    expect(formatTime('yesterday')).toBe('yesterday')
  })

  it('quotes a command so that a shell reads the same words', () => {
    expect(formatCommand('python', 'train.py', '--lr=3e-4', 'a b', "it's", '')).toBe(
      `python train.py --lr=3e-4 'a b' 'it'\\''s' ''`,
    )
  })
})
