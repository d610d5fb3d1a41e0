/**
 * Finds a key that an object of a JSON text has twice; `JSON.parse` would take the last and say nothing.
 *
 * @param json - a text that `JSON.parse` has accepted.
 */
export function findDuplicateKey(json: string): string | undefined {
  // One entry for each open bracket: the keys of an object, nothing for an array.
  const open: (Set<string> | undefined)[] = []
  let isKey = false
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === QUOTE) {
      const end = endOfString(json, at)
      const keys = open.at(-1)
      if (isKey && keys !== undefined) {
        const key = json.slice(at, end).includes('\\')
          ? (JSON.parse(json.slice(at, end)) as string)
          : json.slice(at + 1, end - 1)
        if (keys.has(key)) return key
        keys.add(key)
      }
      isKey = false
      at = end - 1
    } else if (character === OPEN_BRACE) {
      open.push(new Set())
      isKey = true
    } else if (character === OPEN_BRACKET) open.push(undefined)
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) open.pop()
    else if (character === COMMA) isKey = open.at(-1) !== undefined
  }
  return undefined
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

// The place after the closing quote.
function endOfString(json: string, start: number): number {
  let at = json.indexOf('"', start + 1)
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1)
  return at + 1
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1
  return backslashes % 2 === 1
}
