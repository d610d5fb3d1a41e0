import { formatScalar } from './canonical-yaml.ts'
import { isMap } from './card-value.ts'

// What a literal block keeps as it is, for YAML 1.1 and 1.2 readers alike.
const UNFIT_FOR_BLOCK =
  /[^\n\t\x20-\x7E\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD\u{10000}-\u{10FFFF}]/u
// A first or last line of nothing but blanks is one that readers disagree on.
const BLANK_ENDS = /^[ \t]+(?:\n|$)|\n[ \t]+\n*$|^\n*$/
const PLAIN_IN_FLOW = /^[\p{L}\p{N}_./+-][\p{L}\p{N}_./+ -]*$/u

/** Writes a map's entry as block lines, indented by some columns, with a final newline. */
export function formatEntry(key: string, value: unknown, indent: number): string {
  return `${' '.repeat(indent)}${formatKey(key)}:${formatAfter(value, indent, false)}\n`
}

/** Writes a list's item as block lines, indented by some columns, with a final newline. */
export function formatItem(value: unknown, indent: number): string {
  return `${' '.repeat(indent)}-${formatAfter(value, indent, true)}\n`
}

/**
 * Writes what follows the `:` of a key or the `-` of an item that stands at a column, without the final newline.
 *
 * @param inList - whether it follows a `-`: a map then begins on the same line.
 */
export function formatAfter(value: unknown, indent: number, inList: boolean): string {
  if (typeof value === 'string' && value.includes('\n')) return ` ${formatText(value, indent)}`
  if (!isCollection(value)) return ` ${formatInline(value)}`
  const lines = Array.isArray(value)
    ? value.map((item) => formatItem(item, indent + 2))
    : Object.entries(value).map(([key, item]) => formatEntry(key, item, indent + 2))
  const block = lines.join('').slice(0, -1)
  return inList ? ` ${block.slice(indent + 2)}` : `\n${block}`
}

/** Writes a value on one line, fit for flow collections. */
export function formatInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => formatInFlow(item)).join(', ')}]`
  if (isMap(value)) return formatFlowMap(value)
  return typeof value === 'number' && !Number.isFinite(value) ? formatUnending(value) : formatScalar(value)
}

/** Writes a key that reads as that text. */
export function formatKey(key: string): string {
  return formatScalar(key)
}

// Metadata that came in with YAML's own spelling keeps it.
function formatUnending(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  return value > 0 ? '.inf' : '-.inf'
}

function formatFlowMap(value: Record<string, unknown>): string {
  const members = Object.entries(value).map(([key, item]) => `${formatInFlow(key)}: ${formatInFlow(item)}`)
  return `{${members.join(', ')}}`
}

/** Writes a value that stands inside `[…]` or `{…}`, where commas and brackets mean something. */
export function formatInFlow(value: unknown): string {
  if (typeof value !== 'string') return formatInline(value)
  const plain = formatScalar(value)
  return plain === value && PLAIN_IN_FLOW.test(value) ? plain : quote(value)
}

function isCollection(value: unknown): value is object {
  return value !== null && typeof value === 'object' && Object.keys(value).length > 0
}

function formatText(text: string, indent: number): string {
  if (UNFIT_FOR_BLOCK.test(text) || BLANK_ENDS.test(text)) return quote(text)
  const chomp = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-'
  const hint = /^[ \t\n]/.test(text) ? '2' : ''
  const margin = ' '.repeat(indent + 2)
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : margin + line)).join('\n')}`
}

// JSON strings are YAML strings, but for what YAML calls unprintable or, in YAML 1.1, a line break.
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
