import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml'
import type { Document, Node, Pair, ParsedNode, YAMLMap } from 'yaml'
import { MAX_CARD_DEPTH, MAX_CARD_LENGTH, type CardPath, type CardProblem } from '../domain/card.ts'
import { ModelError } from '../domain/errors.ts'
import { nestsDeeper } from '../domain/nests-deeper.ts'

/** The text of a card with its syntax tree. */
export interface CardDocument {
  readonly text: string
  readonly root: YAMLMap
  /** The card as plain data. */
  readonly value: Record<string, unknown>
  readonly lines: LineCounter
}

const PARSE_OPTIONS = {
  keepSourceTokens: true,
  prettyErrors: false,
  strict: true,
  // The library compares every key with every other: its cost is the square of their number.
  uniqueKeys: false,
  stringKeys: false,
  logLevel: 'silent',
} as const

/** How many problems of one text are told. */
const MAX_PROBLEMS = 20

/** How many YAML tokens a card may have: about five for each line. */
const MAX_TOKENS = 400_000

/** How often the aliases of a card may multiply what they stand for. */
const MAX_ALIASES = 100

// An edit reads the text that it starts from, and the one that it made, several times; a large card takes a second.
const recent = new Map<string, ParsedCard>()
const MAX_RECENT = 4

/** A card that was read, or what is wrong with its text. */
export type ParsedCard = { document: CardDocument } | { problems: CardProblem[] }

/** Reads YAML of one document; problems instead of a document where it is none, or too large or deep. */
export function parseCard(text: string): ParsedCard {
  const parsed = recent.get(text) ?? readCard(text)
  recent.delete(text)
  recent.set(text, parsed)
  if (recent.size > MAX_RECENT) recent.delete(recent.keys().next().value!)
  return parsed
}

/**
 * Reads the text of a card.
 *
 * @throws ModelError `card-invalid` with the line and column of the first problem.
 */
export function openCard(text: string): CardDocument {
  const parsed = parseCard(text)
  if ('document' in parsed) return parsed.document
  const [first] = parsed.problems
  const where = first?.line === undefined ? '' : `, line ${first.line}, column ${first.column}`
  throw new ModelError('card-invalid', `the card is not readable${where}: ${first?.message}`, {
    hints: ['git model card edit MODEL'],
    data: { problems: parsed.problems },
  })
}

/** Returns where a field stands in the text: the field itself, or what is nearest to it. */
export function cardPosition(document: CardDocument, path: CardPath): { line: number; column: number } {
  let node: unknown = document.root
  let offset = 0
  for (const step of path) {
    const slot = isMap(node)
      ? findPair(node, String(step))
      : isSeq(node)
        ? node.items[Number(step)]
        : undefined
    if (slot === undefined) break
    node = isPair(slot) ? slot.value : slot
    offset = startOf(isPair(slot) ? slot.key : slot) ?? offset
  }
  const { line, col } = document.lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** Finds the pair of a key in a map. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
}

/** Returns where a node's text begins. */
export function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0]
}

/** Returns where a node's own text ends, without the blanks and comments that follow it. */
export function endOf(node: unknown): number {
  if (isCollection(node) && node.flow !== true && node.items.length > 0) {
    const last = node.items.at(-1)
    if (!isPair(last)) return endOf(last)
    return last.value === null || isEmpty(last.value) ? afterColon(last) : endOf(last.value)
  }
  return (node as Node).range![1]
}

/** Returns the offset behind the `:` of a block pair, or behind its key where it has no `:`. */
export function afterColon(pair: Pair): number {
  const colon = (pair as SourcePair).srcToken?.sep?.find(({ type }) => type === 'map-value-ind')
  return colon === undefined ? (pair.key as Node).range![1] : colon.offset + 1
}

/** Tells whether a node has no text of its own: the value of `key:`. */
export function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.range !== undefined && node.range![0] === node.range![1]
}

interface SourcePair {
  srcToken?: { sep?: { type: string; offset: number }[] }
}

function readCard(text: string): ParsedCard {
  if (text.length > MAX_CARD_LENGTH) return problem(`it is longer than ${MAX_CARD_LENGTH} characters`)
  if (hasManyTokens(text)) return problem('it has too many values to read')
  const lines = new LineCounter()
  try {
    const documents = parseAllDocuments(text, { ...PARSE_OPTIONS, lineCounter: lines })
    return readDocument(text, Array.isArray(documents) ? documents : [], lines)
  } catch (error) {
    if (error instanceof RangeError) return problem('it nests too deeply')
    throw error
  }
}

/** Tells whether a YAML text has more values than any card: each costs some microseconds and a kilobyte. */
export function hasManyTokens(text: string): boolean {
  // A token has a character at least.
  if (text.length <= MAX_TOKENS) return false
  let tokens = 0
  for (const _ of new Lexer().lex(text)) if (++tokens > MAX_TOKENS) return true
  return false
}

function readDocument(text: string, documents: Document.Parsed[], lines: LineCounter): ParsedCard {
  const errors = documents.flatMap((document) => document.errors)
  if (errors.length > 0) {
    const problems = errors.map(({ message, pos: [start] }) => at(lines, start, message))
    return { problems: unique(problems) }
  }
  const [document, second] = documents
  if (second !== undefined) return { problems: [at(lines, second.range[0], 'a second document begins here')] }
  const root: ParsedNode | null | undefined = document?.contents
  if (document === undefined || !isMap(root)) return problem('it is not a map of keys and values')
  const twice = repeatedKeys(root)
  if (twice.length > 0)
    return { problems: twice.map((key) => at(lines, startOf(key) ?? 0, 'Map keys must be unique')) }
  const deep = tooDeep(root)
  if (deep !== undefined) return { problems: [at(lines, startOf(deep) ?? 0, 'it nests too deeply')] }
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>
    // Aliases put what is deep into what is deep, and a thing into itself.
    if (nestsDeeper(value, MAX_CARD_DEPTH)) return problem('it nests too deeply')
    return { document: { text, root, value, lines } }
  } catch (error) {
    return problem(error instanceof Error ? error.message : 'it cannot be read')
  }
}

// One slip of the pen is reported by several parts of the parser.
function unique(problems: CardProblem[]): CardProblem[] {
  const byText = new Map(problems.map((one) => [JSON.stringify(one), one]))
  return [...byText.values()].slice(0, MAX_PROBLEMS)
}

/** Finds keys that stand in their map for the second time: the first {@link MAX_PROBLEMS} of them. */
export function repeatedKeys(root: Node): unknown[] {
  const found: unknown[] = []
  visit(root, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) found.push(key)
        seen.add(key.value)
      }
      return found.length < MAX_PROBLEMS ? undefined : visit.BREAK
    },
  })
  return found.slice(0, MAX_PROBLEMS)
}

function tooDeep(root: unknown): Node | undefined {
  let found: Node | undefined
  visit(root as Node, (_, node, ancestors) => {
    if (isAlias(node) || !isCollection(node)) return undefined
    if (ancestors.filter((parent) => isCollection(parent)).length < MAX_CARD_DEPTH) return undefined
    found = node
    return visit.BREAK
  })
  return found
}

function at(lines: LineCounter, offset: number, message: string): CardProblem {
  const { line, col } = lines.linePos(offset)
  return { field: '', message, line: Math.max(line, 1), column: Math.max(col, 1) }
}

function problem(message: string): { problems: CardProblem[] } {
  return { problems: [{ field: '', message, line: 1, column: 1 }] }
}
