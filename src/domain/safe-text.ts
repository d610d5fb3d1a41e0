// What acts on a terminal or hides from the eye: controls (C0, C1), bidirectional and other format characters, line
// and paragraph separators, fillers that print nothing, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu
// Most texts, for which the classes of Unicode need not be set up.
const PLAIN = /^[ -~]*$/
// They shape emoji and the letters of many scripts. Among ASCII, or one upon the other, they would only hide.
const SELECTOR = /^[\ufe0e\ufe0f]$/
const JOINER = /^\p{Join_Control}$/u
const BEFORE_SELECTOR = /[^\p{ASCII}\p{Join_Control}\ufe0e\ufe0f]|[\d#*]/u
const BEFORE_JOINER = /[^\p{ASCII}\p{Join_Control}]/u

/** Makes a text of unknown origin fit for one line of a terminal: what would act on the terminal becomes visible. */
export function safeText(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(UNSAFE, (character, at: number) => {
    const before = text[at - 1] ?? ''
    if (SELECTOR.test(character) && BEFORE_SELECTOR.test(before)) return character
    if (JOINER.test(character) && BEFORE_JOINER.test(before)) return character
    return visible(character)
  })
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
  return (
    names[character] ??
    (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`)
  )
}
