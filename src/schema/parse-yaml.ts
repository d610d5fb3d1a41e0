import { readCanonical } from './read-canonical.ts'
import { MAX_PARTS, splitStream, type StreamPart } from './split-stream.ts'
import { readYamlTree, type Budget, type TextProblem, type YamlTree } from './yaml-tree.ts'

/** One document of a stream. */
export interface ParsedDocument extends YamlTree {
  /** The document as it stands in the stream, with its marker. */
  text: string
}

/** What a text may cost. */
export interface ParseLimits {
  /** The longest document, in characters. Default 16 Mi, which more cannot raise but for JSON. */
  length?: number
  /** How deep collections may nest. Default 64. */
  depth?: number
  /** How many YAML tokens all documents together may have: about three for each value. Default 500,000. */
  tokens?: number
}

// Reading YAML takes some hundred bytes of memory for each character; JSON takes a few.
const LONGEST_YAML = 16 * 1024 * 1024
const DEFAULT_DEPTH = 64
const DEFAULT_TOKENS = 500_000

/**
 * Reads a stream of YAML documents. Never throws: what is wrong stands in each document's `problems`, with the
 * line and column in the whole text. A document that is JSON or canonical YAML is read without the YAML library,
 * many times faster; JSON objects one a line, which is what `cat_sort_uniq` leaves of such documents, are a document each.
 */
export function parseDocuments(text: string, limits: ParseLimits = {}): ParsedDocument[] {
  const { length = LONGEST_YAML, depth = DEFAULT_DEPTH, tokens = DEFAULT_TOKENS } = limits
  const budget: Budget = { depth, tokens }
  return splitStream(text).flatMap((part) => {
    const json = part.text.length > length ? undefined : parseJson(part, depth)
    if (json !== undefined) return json
    const canonical = part.text.length > length ? undefined : readCanonical(part.text)
    if (canonical !== undefined) return [quickDocument(part, canonical.value, depth)]
    const most = Math.min(length, LONGEST_YAML)
    return [part.text.length > most ? tooLong(part, most) : parseYaml(part, budget)]
  })
}

function tooLong({ text, line }: StreamPart, length: number): ParsedDocument {
  const message = `the document is too large: ${text.length} characters, where at most ${length} are read`
  return {
    text,
    value: undefined,
    problems: [{ message, line: line + 1, column: 1 }],
    position: () => undefined,
  }
}

function parseYaml({ text, line }: StreamPart, budget: Budget): ParsedDocument {
  const { value, problems, position } = readYamlTree(text, budget)
  const shift = <T extends { line: number }>(place: T): T => ({ ...place, line: place.line + line })
  return {
    text,
    value,
    problems: problems.map((problem: TextProblem) => shift(problem)),
    position: (path) => {
      const found = position(path)
      return found && shift(found)
    },
  }
}

function parseJson(part: StreamPart, depth: number): ParsedDocument[] | undefined {
  const body = part.text.replace(/^---[ \t]*\r?\n/, '').trim()
  if (!body.startsWith('{')) return undefined
  const whole = tryJson(body, depth)
  if (whole !== undefined) return [quickDocument(part, whole, depth)]
  if (!/^\{"[^\n]*\}\s*\n/.test(body)) return undefined
  const found = splitLines(part)
  if (found.length > MAX_PARTS) return undefined
  const lines = found.map((line) => ({ line, value: tryJson(line.text, depth) }))
  if (lines.some(({ value }) => value === undefined)) return undefined
  return lines.map(({ line, value }) => quickDocument(line, value, depth))
}

function splitLines({ text, line }: StreamPart): StreamPart[] {
  const lines = text.split('\n').map((content, index) => ({ text: content, line: line + index }))
  return lines.filter((part) => !/^(?:---)?\s*$/.test(part.text))
}

// The tree that knows the positions is only built when somebody asks for one.
function quickDocument(part: StreamPart, value: unknown, depth: number): ParsedDocument {
  let tree: ParsedDocument | undefined
  const position: ParsedDocument['position'] = (path) =>
    (tree ??= parseYaml(part, { depth, tokens: DEFAULT_TOKENS })).position(path)
  return { text: part.text, value, problems: [], position }
}

function tryJson(text: string, depth: number): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isDeeper(value, depth) ? undefined : value
  } catch {
    return undefined
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  return Object.values(value).some((member) => isDeeper(member, depth - 1))
}
