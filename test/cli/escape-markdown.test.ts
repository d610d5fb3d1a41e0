import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeMarkdown } from '../../src/domain/escape-markdown.ts'

const PARTS = [
  ...'\\`*_{}[]()#+-.!|<>~&$:@/=^%"\' \n\ta1',
  ...[
    '---',
    '===',
    '```',
    '1. ',
    '    ',
    '@user',
    '#12',
    'https://x.y',
    'www.a.b',
    ':smile:',
    '&amp;',
    '<b>',
    '<!--',
  ],
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PARTS), fc.string({ unit: 'grapheme', maxLength: 3 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))

// Takes out what a renderer takes out: backslashes before punctuation, and the parting mark.
function rendered(markdown: string): string {
  return markdown.replaceAll('&#8203;', '').replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
}

describe('escapeMarkdown', () => {
  it('shows the same text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(rendered(escapeMarkdown(text)).replaceAll(/[ \t]+/g, ' ')).toBe(
          text.replaceAll(/[ \t]+/g, ' '),
        )
      }),
    )
  })

  it('leaves no bare character that means something', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const bare = escapeMarkdown(text)
          .replaceAll('&#8203;', '')
          .replaceAll(/\\[!-/:-@[-`{-~]/g, 'x')
        expect(bare).not.toMatch(/[\\`*[\]<>|~&$#]/)
        expect(bare).not.toMatch(/^[ \t]*(?:[-+][ \t]|\d+[.)][ \t]|\/| {4})/m)
      }),
    )
  })

  it('mentions nobody, refers to nothing and links nowhere', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = escapeMarkdown(text)
          .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
          .replaceAll('&#8203;', '\u200b')
        expect(shown).not.toMatch(/(?:^|[^\w])@\w/)
        expect(shown).not.toMatch(/#\d|:\/\/|www\.|:smile:/)
      }),
    )
  })

  it('leaves ordinary names readable in the source', () => {
    for (const plain of [
      'val/acc',
      'latency_ms',
      'lr-3e-4',
      '0.912 (+1.2%)',
      'models/digits.safetensors',
      '12:30:45',
    ])
      expect(escapeMarkdown(plain)).toBe(plain)
  })

  it('keeps a hostile name in its cell', () => {
    expect(escapeMarkdown('x | ![a](http://e.vil/@ada) <img> #1\n- /close')).toBe(
      String.raw`x \| !\[a\](http:&#8203;//e.vil/@&#8203;ada) \<img\> \#&#8203;1` +
        '\n' +
        String.raw`\- /close`,
    )
  })
})
