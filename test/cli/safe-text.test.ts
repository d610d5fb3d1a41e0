import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeBlock, safeText } from '../../src/domain/safe-text.ts'

const hostile = fc.oneof(
  fc.constantFrom(
    '\u001b[31m',
    '\r',
    '\n',
    '\t',
    '\u009b',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\ud800',
    '\u2028',
    '\u{e0041}',
    '\u115f',
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const text = fc.array(hostile, { maxLength: 12 }).map((parts) => parts.join(''))
const ACTS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u

describe('safeText', () => {
  it('lets nothing through that acts on a terminal, and keeps to one line', () => {
    fc.assert(
      fc.property(text, (input) => {
        expect(safeText(input)).not.toMatch(ACTS)
      }),
    )
  })

  it('is idempotent, and leaves what is harmless as it is', () => {
    fc.assert(
      fc.property(text, (input) => {
        expect(safeText(safeText(input))).toBe(safeText(input))
      }),
    )
    for (const plain of ['val/acc', 'größe ✓', '模型', '❤️‍🔥 1️⃣ 👩‍🔬', 'می‌خواهم', 'a  b', '\\x1b'])
      expect(safeText(plain)).toBe(plain)
  })

  it('shows what it takes out', () => {
    expect(safeText('a\u001b[31mb\n\tc\u0085\u202e\u200b\ufeff\ud800')).toBe(
      String.raw`a\x1b[31mb\n\tc\x85\u{202e}\u{200b}\u{feff}\u{d800}`,
    )
  })

  it('lets joiners hide nothing', () => {
    expect(safeText('ad\u200dmin')).toBe(String.raw`ad\u{200d}min`)
    expect(safeText('é\u200d\u200d')).toBe('é\u200d\\u{200d}')
    expect(safeText('x\ufe0f')).toBe(String.raw`x\u{fe0f}`)
  })
})

describe('safeBlock', () => {
  it('keeps newlines and tabs, and nothing else that acts', () => {
    expect(safeBlock('a\r\n\tb\rc')).toBe('a\n\tb\\rc')
    fc.assert(
      fc.property(text, (input) => {
        expect(safeBlock(input).replaceAll(/[\n\t]/g, '')).not.toMatch(ACTS)
      }),
    )
  })
})
