import { toStored } from './number.ts'

const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./@+=-]*(?: [A-Za-z0-9_./@+=-]+)*$/
const OBJECT_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
// What some reader of YAML 1.1 or 1.2 takes for another type: words, floats without a mantissa, numbers in disguise.
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|\d*e[-+]?\d+|\d+|0b[01]+)$/i
const LONE_SURROGATE = /[\uD800-\uDFFF]/gu
// Controls, bidi marks and overrides, invisible and line-breaking characters, and what is no character at all.
const UNSAFE =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF]/g

/** Returns the text with lone surrogates replaced, which UTF-8 cannot hold. */
export function formatText(text: string): string {
  return text.replace(LONE_SURROGATE, '\uFFFD')
}

// Longer than any text of a record. Node's regular expressions throw when they repeat a group much more often.
const LONGEST_PLAIN = 1_000_000

/** Tells whether every reader of YAML 1.1 and 1.2 takes an unquoted text for that text. */
export function isPlain(text: string): boolean {
  if (text.length > LONGEST_PLAIN) return false
  return (PLAIN.test(text) || OBJECT_NAME.test(text)) && !RESERVED.test(text)
}

/** Tells whether a text has a character that is always escaped, newlines among them. */
export function hasUnsafe(text: string): boolean {
  return text.search(UNSAFE) !== -1
}

/** Writes a text plainly where every YAML reader takes it for that text, in double quotes elsewhere. */
export function formatPlainOrQuoted(text: string): string {
  return isPlain(text) ? text : formatQuoted(text)
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
    return line === '' ? lines[index - 1] !== '' : !/\s$|^\t/.test(line) && !hasUnsafe(line)
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
