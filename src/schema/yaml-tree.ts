import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml'
import type { CST, Document, Node, Pair } from 'yaml'

/** Something wrong with a text, and where. */
export interface TextProblem {
  message: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
}

/** A parsed text: its value, what is wrong with it, and where its values stand. */
export interface YamlTree {
  value: unknown
  problems: TextProblem[]
  /** Returns where the value at a path stands, or the nearest one above it that the text has. */
  position(path: readonly (string | number)[]): { line: number; column: number } | undefined
}

/** What reading may still cost. It is shared by the documents of a stream, and used up as they are read. */
export interface Budget {
  /** How many tokens: each takes about 3 µs and 300 bytes. */
  tokens: number
  /** How deep collections may nest. */
  readonly depth: number
}

/** How many problems of one text are told. */
const MAX_PROBLEMS = 20

// The library's lexer recurses for each of them.
const MAX_TAGS_IN_A_ROW = 20

/**
 * Reads a YAML text of one document. Never throws.
 *
 * Aliases, repeated keys and texts that cost more than the budget are problems. Keys are texts, and `__proto__` is a
 * key like any other. The types are those of YAML 1.2's core schema, whatever version the text claims.
 */
export function readYamlTree(text: string, budget: Budget): YamlTree {
  const reading = new Reading()
  try {
    const [document, another] = compose(text, budget, reading.lines)
    for (const { message, pos } of document?.errors ?? []) reading.report(message, pos[0])
    if (another !== undefined) reading.report('there is more than one document', another.range[0])
    return reading.finish(document?.contents ?? null)
  } catch (error) {
    // What the library throws on is broken text; too deep a recursion is one of its ways.
    const problem =
      error instanceof TooMuch ? error : { message: 'this is no YAML that can be read', offset: 0 }
    reading.report(problem.message, problem.offset)
    return { ...reading.finish(null), value: undefined }
  }
}

class TooMuch extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

function compose(text: string, budget: Budget, lines: LineCounter): Document.Parsed[] {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    // The library compares every key with every other: its cost is the square of their number.
    uniqueKeys: false,
    logLevel: 'silent',
  })
  return [...composer.compose(readTokens(text, budget, lines), false, text.length)]
}

// The parser is asked how deep it is while it reads: what comes after it recurses.
function* readTokens(text: string, budget: Budget, lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let tags = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (!/^[ \t\n]/.test(lexeme)) tags = /^[&!]/.test(lexeme) ? tags + 1 : 0
    if (tags > MAX_TAGS_IN_A_ROW)
      throw new TooMuch('there are too many tags and anchors in a row', parser.offset)
    if (--budget.tokens < 0) throw new TooMuch('there are too many values to read', parser.offset)
    yield* parser.next(lexeme)
    if (parser.stack.length <= budget.depth + 2) continue
    throw new TooMuch(`the nesting is deeper than ${budget.depth} levels`, parser.offset)
  }
  yield* parser.end()
}

/** One text on its way to a value. */
class Reading {
  readonly lines = new LineCounter()
  readonly problems: TextProblem[] = []

  report(message: string, offset: number): void {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push({ message: shorten(message), ...this.at(offset) })
  }

  finish(contents: Node | null): YamlTree {
    const value = this.toValue(contents)
    return {
      value,
      problems: this.problems,
      position: (path) => (contents === null ? undefined : this.at(offsetOf(findNode(contents, path)))),
    }
  }

  private at(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  private toValue(node: unknown): unknown {
    if (isScalar(node)) return toScalar(node.value, node.source)
    if (isSeq(node)) return node.items.map((item) => this.toValue(item))
    if (isMap(node)) return this.toMap(node.items)
    if (isAlias(node)) this.report('aliases are not allowed here', offsetOf(node))
    return null
  }

  private toMap(pairs: readonly Pair[]): Record<string, unknown> {
    const map = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      const name = keyText(key)
      if (name === undefined) this.report('a key must be a text', offsetOf(key))
      else if (map.has(name))
        this.report(`the key ${JSON.stringify(name.slice(0, 100))} stands here twice`, offsetOf(key))
      else map.set(name, this.toValue(value))
    }
    return Object.fromEntries(map)
  }
}

function toScalar(value: unknown, source: string | undefined): unknown {
  if (value === null || value === undefined) return null
  return ['string', 'number', 'boolean'].includes(typeof value) ? value : (source ?? null)
}

function keyText(key: unknown): string | undefined {
  if (key === null) return ''
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function findNode(top: Node, path: readonly (string | number)[]): unknown {
  let node: unknown = top
  for (const step of path) {
    const next: unknown = isMap(node)
      ? node.items.find(({ key }) => keyText(key) === String(step))
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined
    if (next === undefined) return node
    const pair = next as Pair
    node = isMap(node) ? (pair.value ?? pair.key) : next
  }
  return node
}

function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0
}

// The library's messages quote the text, whatever is in it, on several lines.
function shorten(message: string): string {
  const line = message.slice(0, 200).replace(/\n[^]*$/, '')
  return line.charAt(0).toLowerCase() + line.slice(1)
}
