/**
 * Parses JSON as Python writes it: bare `NaN`, `Infinity` and `-Infinity` become the strings of that name.
 *
 * @throws SyntaxError.
 */
export function parseTolerantJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    return JSON.parse(
      text.replace(/"(?:[^"\\]|\\[^])*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
        token.startsWith('"') ? token : `"${token}"`,
      ),
    )
  }
}

const TOKEN =
  /[ \t\n\r]*(?:"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?Infinity|NaN|[[\]{},:])/y

/** Returns the offset of the first thing in a text that is no JSON; the end where something is missing. */
export function findJsonError(text: string): number {
  const open: string[] = []
  let wants: 'value' | 'key' | 'colon' | 'comma' = 'value'
  let mayClose = false
  TOKEN.lastIndex = 0
  for (let at = 0; ; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[0].trim()
    const start = at + (/^[ \t\n\r]*/.exec(text.slice(at, at + 10_000))?.[0].length ?? 0)
    if (token === undefined) return start
    const inside = open.at(-1)
    if (token === '}' || token === ']') {
      if (inside !== (token === '}' ? '{' : '[') || !(mayClose || wants === 'comma')) return start
      open.pop()
      wants = 'comma'
    } else if (wants === 'comma') {
      if (token !== ',' || inside === undefined) return start
      wants = inside === '{' ? 'key' : 'value'
      mayClose = false
      continue
    } else if (wants === 'colon') {
      if (token !== ':') return start
      wants = 'value'
    } else if (wants === 'key') {
      if (!token.startsWith('"')) return start
      wants = 'colon'
    } else if (token === '{' || token === '[') {
      open.push(token)
      wants = token === '{' ? 'key' : 'value'
      mayClose = true
      continue
    } else if (token === ',' || token === ':') return start
    else wants = 'comma'
    mayClose = false
  }
}
