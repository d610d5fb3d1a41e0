import { LineCounter, parseAllDocuments, type Document } from 'yaml'
import {
  MAX_CARD_DEPTH,
  MAX_CARD_LENGTH,
  type CardDetails,
  type CardLayout,
  type CardProblem,
} from '../domain/card.ts'
import { splitReadme, type ReadmeParts } from '../domain/card-readme.ts'
import { isMap, sameValue } from '../domain/card-value.ts'
import { ModelError } from '../domain/errors.ts'
import { nestsDeeper } from '../domain/nests-deeper.ts'
import { hasManyTokens, parseCard, repeatedKeys, startOf } from './card-document.ts'
import { composeCard, formatFront } from './compose-card.ts'
import { exportReadme } from './export-readme.ts'
import { metadataOf } from './card-metadata.ts'

/**
 * Makes a card of a Hugging Face README.md. The front matter is taken over as it is, and `exportReadme` gives
 * the same bytes back.
 *
 * @param details - the strict part, which a README does not have.
 * @param name - the file's name, for errors.
 * @throws ModelError `card-invalid` with line and column in the README, when the front matter is not a YAML map,
 * or has the keys `schema` or `card`, which a card keeps for itself.
 */
export function importReadme(readme: string, details: CardDetails = {}, name = 'README.md'): string {
  if (readme.length > MAX_CARD_LENGTH) {
    throw invalid(name, [{ field: '', message: `it is longer than ${MAX_CARD_LENGTH} characters` }])
  }
  const split = splitReadme(readme)
  const front = readFront(split, name)
  const parts = front === undefined ? withoutFront(split) : split
  const eol = lineEnds(parts)
  const layout = layoutOf(parts, eol)
  const body = eol === 'crlf' ? parts.body.replaceAll('\r\n', '\n') : parts.body
  const metadata = front ?? {}
  const verbatim = composeCard(parts.front, withReadme(details, layout, body))
  if (reads(verbatim, metadata, readme)) return verbatim
  const kept = withReadme(details, { ...layout, front: parts.front }, body)
  const escaped = composeCard(formatFront(metadata), kept)
  if (reads(escaped, metadata, readme)) return escaped
  throw invalid(name, [
    { field: '', message: 'its front matter cannot be kept byte for byte', line: 1, column: 1 },
  ])
}

function withReadme(details: CardDetails, layout: CardLayout, body: string): CardDetails {
  const { layout: _, body: __, ...strict } = details
  return { ...strict, ...(Object.keys(layout).length > 0 && { layout }), body }
}

function reads(text: string, metadata: Record<string, unknown>, readme: string): boolean {
  const parsed = parseCard(text)
  if (!('document' in parsed)) return false
  return sameValue(metadataOf(parsed.document.value), metadata) && exportReadme(text) === readme
}

// The answer is undefined where what stands between two `---` is prose between rules, not metadata.
function readFront({ open, front }: ReadmeParts, name: string): Record<string, unknown> | undefined {
  if (open === '') return {}
  const lines = new LineCounter()
  const above = open.split('\n').length - 1
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1) + above, column: Math.max(col, 1) }
  }
  const documents = parseFront(front, lines, name)
  const errors = [
    ...documents.flatMap((document) => document.errors),
    ...documents.flatMap(({ contents }) => (contents === null ? [] : repeatedKeys(contents))).map(repeated),
  ]
  if (errors.length > 0) {
    throw invalid(
      name,
      errors.map(({ message, pos: [start] }) => ({ field: '', message, ...at(start) })),
    )
  }
  const value = valueOf(documents, name)
  if (value === null || value === undefined) return {}
  if (!isMap(value)) {
    if (!Array.isArray(value)) return undefined
    throw invalid(name, [{ field: '', message: 'its front matter is a list, not a map of keys', ...at(0) }])
  }
  refuseReserved(value, name, (key) => at(keyOffset(documents[0]?.contents, key)))
  return value
}

function parseFront(front: string, lines: LineCounter, name: string): Document.Parsed[] {
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'silent', uniqueKeys: false } as const
  try {
    if (hasManyTokens(front))
      throw invalid(name, [{ field: '', message: 'its front matter has too many values' }])
    const parsed = parseAllDocuments(front, options)
    return Array.isArray(parsed) ? parsed : []
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid(name, [{ field: '', message: 'its front matter nests too deeply' }])
  }
}

function repeated(key: unknown): { message: string; pos: [number] } {
  return { message: 'Map keys must be unique', pos: [startOf(key) ?? 0] }
}

function valueOf(
  documents: { toJS: (options: { maxAliasCount: number }) => unknown }[],
  name: string,
): unknown {
  if (documents.length > 1)
    throw invalid(name, [{ field: '', message: 'its front matter is several YAML documents' }])
  try {
    const value = documents[0]?.toJS({ maxAliasCount: 100 })
    if (!nestsDeeper(value, MAX_CARD_DEPTH)) return value
  } catch (error) {
    throw invalid(name, [
      { field: '', message: error instanceof Error ? error.message : 'it cannot be read' },
    ])
  }
  throw invalid(name, [{ field: '', message: 'its front matter nests too deeply' }])
}

function refuseReserved(
  value: Record<string, unknown>,
  name: string,
  at: (key: string) => { line: number; column: number },
): void {
  const taken = ['schema', 'card'].filter((key) => Object.hasOwn(value, key))
  if (taken.length === 0) return
  const problems = taken.map((key) => ({
    field: key,
    message: `the key "${key}" of its front matter is one that the card keeps for itself; give it another name`,
    ...at(key),
  }))
  throw invalid(name, problems)
}

function keyOffset(contents: unknown, key: string): number {
  const items =
    (contents as { items?: { key?: { value?: unknown; range?: number[] } }[] } | null)?.items ?? []
  return items.find((pair) => pair.key?.value === key)?.key?.range?.[0] ?? 0
}

function withoutFront({ bom, open, front, close, body }: ReadmeParts): ReadmeParts {
  return { bom, open: '', front: '', close: '', body: open + front + close + body }
}

function lineEnds({ open, body }: ReadmeParts): 'lf' | 'crlf' {
  if (!body.includes('\n')) return open.endsWith('\r\n') && !body.includes('\r') ? 'crlf' : 'lf'
  return /(?<!\r)\n|\r(?!\n)/.test(body) ? 'lf' : 'crlf'
}

function layoutOf({ bom, open, front, close }: ReadmeParts, eol: 'lf' | 'crlf'): CardLayout {
  const fence = front === '' ? '' : eol === 'crlf' ? '---\r\n' : '---\n'
  return {
    ...(bom && { bom: true as const }),
    ...(eol === 'crlf' && { eol }),
    ...(open !== fence && { open }),
    ...(close !== fence && { close }),
  }
}

function invalid(name: string, problems: CardProblem[]): ModelError {
  const [first] = problems
  const where = first?.line === undefined ? '' : `, line ${first.line}, column ${first.column}`
  return new ModelError('card-invalid', `"${name}" cannot become a card${where}: ${first?.message}`, {
    hints: [`mend ${name}, then import it again`],
    data: { file: name, problems },
  })
}
