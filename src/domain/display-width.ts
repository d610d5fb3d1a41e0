// Unicode 16, East_Asian_Width W and F, joined into blocks; JavaScript has no property escape for it (UAX #11).
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0x4dbf],
  [0x4e00, 0xa4c6],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18df2],
  [0x1aff0, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
]
// Of these each is a character of one column: Latin letters, and the punctuation, arrows, signs, bars and marks of reports. A
// segmenter takes longer to load than all else that is done with them.
const NARROW = /^[\x20-\x7e\xa1-\xac\xae-\u024f\u2010-\u2027\u2190-\u22ff\u2500-\u259f\u2605\u2713\u2717]*$/
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const EMOJI = /^\p{Emoji_Presentation}|^\p{Extended_Pictographic}[^]*\uFE0F|^[\d#*]\uFE0F?\u20E3/u

let segmenter: Intl.Segmenter | undefined

/** Splits a text into what a reader sees as characters (UAX #29). */
export function graphemes(text: string): string[] {
  if (NARROW.test(text)) return Array.from(text)
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** Returns how many terminal columns a text takes: East Asian wide characters and emoji take two (UAX #11). */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

/** Cuts a text to a number of terminal columns; what was cut is marked with `…`. */
export function truncateToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme)
    if (used > width - 1) break
    kept += grapheme
  }
  return `${kept.trimEnd()}…`
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0
  if (EMOJI.test(grapheme)) return 2
  const point = grapheme.codePointAt(0)!
  return WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1
}
