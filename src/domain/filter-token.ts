import { filterError, type Span } from './filter-error.ts'

/** A piece of the text of a filter. */
export interface Token extends Span {
  readonly kind: 'word' | 'single' | 'double' | 'backtick' | 'operator' | 'punctuation' | 'end'
  /** Its text; of a quoted one what is between the quotes, doubled quotes being one. */
  readonly text: string
}

const QUOTES = { "'": 'single', '"': 'double', '`': 'backtick' } as const
const SPACE = /\s+/y
const OPERATOR = /[=<>!]+/y
const WORD = /[^\s=<>!'"`(),]+/y

/** Splits the text of a filter; the last token is always `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const space = matchAt(SPACE, text, at)
    const token = space === undefined ? nextToken(text, at) : undefined
    if (token !== undefined) tokens.push(token)
    at = token?.end ?? at + space!.length
  }
  return [...tokens, { kind: 'end', text: '', start: at, end: at }]
}

function nextToken(text: string, start: number): Token {
  const first = text.charAt(start)
  if (first === "'" || first === '"' || first === '`') return quoted(text, start, first)
  if ('(),'.includes(first)) return { kind: 'punctuation', text: first, start, end: start + 1 }
  const operator = matchAt(OPERATOR, text, start)
  const found = operator ?? matchAt(WORD, text, start)!
  return { kind: operator === undefined ? 'word' : 'operator', text: found, start, end: start + found.length }
}

function quoted(text: string, start: number, quote: keyof typeof QUOTES): Token {
  let content = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === quote && text.charAt(at + 1) !== quote) {
      return { kind: QUOTES[quote], text: content, start, end: at + 1 }
    }
    if (char === quote) at += 1
    content += char
  }
  throw filterError(text, { start, end: text.length }, 'a quote is not closed', `end the text with ${quote}`)
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
