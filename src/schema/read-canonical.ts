import { hasUnsafe, isPlain } from '../domain/yaml-scalar.ts'

/**
 * Reads a document that is in the canonical form of `formatYaml`, some twenty times faster than a YAML library.
 * It accepts only what has one reading: for everything else, valid YAML or not, the answer is undefined.
 */
export function readCanonical(text: string): { value: unknown } | undefined {
  if (text.length > LONGEST || !text.startsWith('---\n') || !text.endsWith('\n')) return undefined
  const lines = text.slice(4, -1).split('\n')
  try {
    const value = new CanonicalReader(lines).read()
    return { value }
  } catch (error) {
    if (error instanceof NotCanonical) return undefined
    throw error
  }
}

class NotCanonical extends Error {}

// As much as is read of any YAML.
const LONGEST = 16 * 1024 * 1024
// Deeper than any document of ours; the library tells where what is deeper goes wrong.
const MAX_DEPTH = 40
const LONGEST_KEY = 1000
const BLANK = 32
// As long as any text of a record may be. Node's regular expressions throw when they repeat a group much more often.
const LONGEST_TEXT = 1_000_000

const WORDS = `[A-Za-z0-9_./@+=-]*(?: [A-Za-z0-9_./@+=-]+){0,${LONGEST_TEXT}}`
const TOKEN = new RegExp(String.raw`"(?:[^"\\]|\\.){0,${LONGEST_TEXT}}"|[A-Za-z0-9_./@+=-]${WORDS}`, 'y')
const ENTRY = new RegExp(String.raw`^("(?:[^"\\]|\\.){0,${LONGEST_KEY}}"|[A-Za-z0-9_/]${WORDS}):(?: (.*))?$`)
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d+)?$/

class CanonicalReader {
  readonly #lines: string[]
  #at = 0

  constructor(lines: string[]) {
    this.#lines = lines
  }

  read(): unknown {
    const [first = ''] = this.#lines
    const value =
      this.#lines.length === 1 && !ENTRY.test(first) && !first.startsWith('- ')
        ? readInline(first)
        : this.#block(0)
    if (this.#at < this.#lines.length && this.#lines.length > 1) throw new NotCanonical()
    return value
  }

  // A block at an indentation, which every line of its own has exactly.
  #block(indent: number): unknown {
    if (indent > 2 * MAX_DEPTH) throw new NotCanonical()
    const first = this.#content(indent)
    if (first === undefined) throw new NotCanonical()
    return first.startsWith('- ') ? this.#list(indent) : this.#map(indent)
  }

  #map(indent: number): Record<string, unknown> {
    const members: Record<string, unknown> = {}
    for (let content = this.#content(indent); content !== undefined; content = this.#content(indent)) {
      const { key, rest } = readEntry(content)
      this.#at++
      addMember(members, key, rest === undefined ? this.#block(indent + 2) : this.#value(rest, indent))
    }
    return members
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = []
    for (let content = this.#content(indent); content !== undefined; content = this.#content(indent)) {
      if (!content.startsWith('- ')) throw new NotCanonical()
      const rest = content.slice(2)
      if (rest.startsWith('- ') || ENTRY.test(rest)) {
        this.#lines[this.#at] = `${' '.repeat(indent + 2)}${rest}`
        items.push(this.#block(indent + 2))
      } else {
        this.#at++
        items.push(this.#value(rest, indent))
      }
    }
    return items
  }

  #value(text: string, indent: number): unknown {
    return text === '|' || text === '|-' ? this.#literal(indent + 2, text === '|') : readInline(text)
  }

  #literal(indent: number, endsInNewline: boolean): string {
    const margin = ' '.repeat(indent)
    const body: string[] = []
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!
      if (line !== '' && !line.startsWith(margin)) break
      body.push(line.slice(indent))
    }
    // What blank and further indented lines at the ends mean is for the library to say.
    if (
      !/^[^\s]/.test(body[0] ?? '') ||
      body.at(-1) === '' ||
      body.some((line) => hasUnsafe(line) || /\s$/.test(line))
    ) {
      throw new NotCanonical()
    }
    return body.join('\n') + (endsInNewline ? '\n' : '')
  }

  // The next line without its indentation; undefined where the block has ended.
  #content(indent: number): string | undefined {
    const line = this.#lines[this.#at]
    if (line === undefined) return undefined
    let own = 0
    while (line.charCodeAt(own) === BLANK) own++
    if (own === line.length || own > indent) throw new NotCanonical()
    return own < indent ? undefined : line.slice(indent)
  }
}

function readInline(text: string): unknown {
  if (text.startsWith('[')) return readFlowList(text)
  if (text.startsWith('{')) return readFlowMap(text)
  if (isPlain(text)) return text
  TOKEN.lastIndex = 0
  if (TOKEN.exec(text)?.[0].length !== text.length) throw new NotCanonical()
  return readScalar(text)
}

// Plain keys that were seen: the same few stand in a hundred thousand notes. None has a colon in it.
const KEYS = new Set<string>()
const MOST_KEYS = 2000

function readEntry(content: string): { key: string; rest: string | undefined } {
  const colon = content.indexOf(':')
  const known = content.slice(0, Math.max(colon, 0))
  if (KEYS.has(known)) {
    if (colon === content.length - 1) return { key: known, rest: undefined }
    if (content.charCodeAt(colon + 1) === BLANK) return { key: known, rest: content.slice(colon + 2) }
  }
  const match = ENTRY.exec(content)
  if (match === null) throw new NotCanonical()
  return { key: readKey(match[1]!), rest: match[2] }
}

function readKey(token: string): string {
  if (token.length > LONGEST_KEY) throw new NotCanonical()
  const key = readText(token)
  if (key === token && KEYS.size < MOST_KEYS) KEYS.add(key)
  return key
}

function addMember(members: Record<string, unknown>, key: string, value: unknown): void {
  if (Object.hasOwn(members, key)) throw new NotCanonical()
  if (key === '__proto__')
    Object.defineProperty(members, key, { value, enumerable: true, configurable: true, writable: true })
  else members[key] = value
}

function readFlowMap(text: string): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  readFlow(text, '}', (at) => {
    const colon = text.indexOf(':', at)
    const known = text.slice(at, Math.max(colon, at))
    const isKnown = KEYS.has(known)
    const token = isKnown ? known : readToken(text, at)
    if (!text.startsWith(': ', at + token.length)) throw new NotCanonical()
    const { value, end } = readItem(text, at + token.length + 2)
    addMember(members, isKnown ? known : readKey(token), value)
    return end
  })
  return members
}

function readFlowList(text: string): unknown[] {
  const items: unknown[] = []
  readFlow(text, ']', (at) => {
    const { value, end } = readItem(text, at)
    items.push(value)
    return end
  })
  return items
}

/** @param readNext - reads an item that begins at a place, and returns where it ends. */
function readFlow(text: string, close: string, readNext: (at: number) => number): void {
  if (text === `${text[0]}${close}`) return
  for (let at = 1; ; at += 2) {
    at = readNext(at)
    if (text.startsWith(', ', at)) continue
    if (text[at] === close && at === text.length - 1) return
    throw new NotCanonical()
  }
}

function readItem(text: string, at: number): { value: unknown; end: number } {
  const comma = text.indexOf(',', at)
  const end = comma < 0 ? text.length - 1 : comma
  const number = text.slice(at, end)
  if (NUMBER.test(number)) return { value: Number(number), end }
  const token = readToken(text, at)
  return { value: readScalar(token), end: at + token.length }
}

function readToken(text: string, at: number): string {
  TOKEN.lastIndex = at
  const token = TOKEN.exec(text)?.[0]
  if (token === undefined) throw new NotCanonical()
  return token
}

function readScalar(token: string): unknown {
  if (token === 'true' || token === 'false') return token === 'true'
  if (token === 'null') return null
  return NUMBER.test(token) ? Number(token) : readText(token)
}

function readText(token: string): string {
  if (isPlain(token)) return token
  if (!token.startsWith('"') || hasUnsafe(token)) throw new NotCanonical()
  try {
    return JSON.parse(token) as string
  } catch {
    throw new NotCanonical()
  }
}
