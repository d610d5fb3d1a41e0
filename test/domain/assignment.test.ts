import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseScalar } from '../../src/domain/assignment.ts'

describe('a value as it is typed', () => {
  it.each([
    ['0', 0],
    ['-7', -7],
    ['1000', 1000],
    ['0.001', 0.001],
    ['3e-4', 0.0003],
    ['1e-05', 1e-5],
    ['2.5E-3', 0.0025],
    ['1e3', 1000],
    ['1e+21', 1e21],
    ['0.30000000000000004', 0.30000000000000004],
  ])('%s is a number', (text, value) => expect(parseScalar(text)).toBe(value))

  it.each([
    '1.10',
    '1.0',
    '-0',
    '007',
    '1e999',
    '1234e56',
    '9e00012',
    '12345678901234567890',
    '0.12345678901234567890',
    '0.1234567890123456789',
    '1e-400',
    '0x10',
    '',
  ])('%j stays a text', (text) => expect(parseScalar(text)).toBe(text))

  it('every number is read from its own text', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        if (Number.isInteger(value) && !Number.isSafeInteger(value)) return
        if (Object.is(value, -0)) return
        expect(parseScalar(String(value))).toBe(value)
      }),
    )
  })
})
