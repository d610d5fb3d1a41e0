import { toStored } from './number.ts'

// What is left of these is a string to every reader: no type of YAML 1.1 or 1.2 begins with a letter but by a word.
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@+=-]*(?: [A-Za-z0-9_./@+=-]+)*$/
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$/i
// An object name that begins with a digit, with a digit that neither a decimal, a binary nor a float has.
const OBJECT_NAME = /^(?=.*[acdf])(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const LONE_SURROGATE = /[\uD800-\uDFFF]/gu
// Controls, bidi marks and overrides, invisible and line-breaking characters, and what is no character at all.
const UNSAFE =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF]/g

/** Returns the text with lone surrogates replaced, which UTF-8 cannot hold. */
export function formatText(text: string): string {
  return text.replace(LONE_SURROGATE, '\uFFFD')
}

/** Writes a text plainly where every YAML reader takes it for that text, in double quotes elsewhere. */
export function formatPlainOrQuoted(text: string): string {
  const isPlain = (PLAIN.test(text) && !RESERVED.test(text)) || OBJECT_NAME.test(text)
  return isPlain ? text : formatQuoted(text)
}

/** Writes a text in double quotes, with the escapes that JSON and YAML share. */
export function formatQuoted(text: string): string {
  return JSON.stringify(formatText(text)).replace(UNSAFE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/**
 * Tells whether a text of several lines survives as a literal block (`|`): no blank or trailing blanks that a
 * tool might strip, nothing that must be escaped, at most one newline at the end.
 */
export function isLiteralSafe(text: string): boolean {
  if (!text.includes('\n') || text !== formatText(text)) return false
  const lines = text.replace(/\n$/, '').split('\n')
  if (lines.length < 2 || lines[0] === '' || lines.at(-1) === '' || /^\s/.test(text)) return false
  return lines.every((line, index) => {
    return line === '' ? lines[index - 1] !== '' : !/\s$|^\t/.test(line) && line.search(UNSAFE) === -1
  })
}

/**
 * Writes a number with the fewest digits that read back the same, in the form that YAML 1.1 and JSON share:
 * `1.0e-7`, because PyYAML takes `1e-7` for a text. NaN and the infinities become strings.
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return formatQuoted(String(toStored(value)))
  if (Object.is(value, -0)) return '-0.0'
  // A whole number that is no exact one is a float to its readers too.
  const text = Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}
