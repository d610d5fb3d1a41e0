import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeSeries } from '../../src/domain/encode-series.ts'
import { readPlainSeries } from '../../src/schema/plain-series.ts'
import { decodeSeriesNote } from '../../src/schema/series-note.ts'
import { series } from './arbitraries.ts'

const simple = series.map((each) => ({
  ...each,
  metrics: Object.fromEntries(
    Object.values(each.metrics).map((columns, index) => [`val/loss ${index}`, columns]),
  ),
}))

it('reads what is in its canonical form, as the whole reader does', () => {
  fc.assert(
    fc.property(simple, (written) => {
      const text = encodeSeries(written)
      expect(readPlainSeries(written.run, text)).toEqual(decodeSeriesNote(text).series[0])
      expect(readPlainSeries('f'.repeat(39), text)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

it('reads nothing otherwise than the whole reader does', () => {
  const damage = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(0, 0, 1, 5, 30),
    fc.constantFrom(
      '',
      '1',
      ',',
      '"',
      '[',
      ']}',
      '"x":1,',
      '\n',
      '---\n',
      'null',
      '1e999',
      '"NaN"',
      '\u200b',
      ',"run":"a"',
    ),
  )
  let read = 0
  fc.assert(
    fc.property(fc.oneof(series, simple), damage, (written, [place, length, put]) => {
      const whole = encodeSeries(written)
      const at = Math.floor(place * whole.length)
      const text = whole.slice(0, at) + put + whole.slice(at + length)
      const plain = readPlainSeries(written.run, text)
      if (plain === undefined) return
      read += 1
      expect(decodeSeriesNote(text)).toEqual({ series: [plain], others: [], problems: [] })
    }),
    { numRuns: 500 },
  )
  expect(read).toBeGreaterThan(0)
})
