// Controls (C0, C1), invisible and bidirectional format characters, line and paragraph separators, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
// Joins emoji and letters of several scripts, and changes nothing else.
const HARMLESS = '\u200d'

/** Makes a text of unknown origin fit for one line of a terminal: what would act on the terminal becomes visible. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (character) => (character === HARMLESS ? character : visible(character)))
}

/** As {@link safeText}, but newlines and tabs stay. */
export function safeBlock(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.split('\t').map(safeText).join('\t'))
    .join('\n')
}

function visible(character: string): string {
  const names: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }
  const code = character.codePointAt(0)!
  return names[character] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`)
}
