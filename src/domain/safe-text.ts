// What acts on a terminal or hides from the eye: controls (C0, C1), bidirectional and other format characters, line
// and paragraph separators, fillers that print nothing, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu
// They shape emoji and the letters of many scripts; among ASCII they only make two names look like one.
const JOINERS = /[\u200c\u200d\ufe0e\ufe0f]/

/** Makes a text of unknown origin fit for one line of a terminal: what would act on the terminal becomes visible. */
export function safeText(text: string): string {
  return text.replace(UNSAFE, (character, at: number) => {
    const joins = JOINERS.test(character) && /[^\p{ASCII}]|[\d#*]/u.test(text[at - 1] ?? '')
    return joins ? character : visible(character)
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
