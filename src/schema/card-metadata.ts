import { openCard, startOf, type CardDocument } from './card-document.ts'
import { columnOf } from './card-slot.ts'

/** Returns the Hugging Face metadata of a card's value: the top level without `schema` and `card`. */
export function metadataOf(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'schema' && key !== 'card'))
}

/** Returns the metadata of a card's text as it is written, comments and quoting included. */
export function frontOf(text: string): string {
  const document = openCard(text)
  const spans = document.root.items.map((pair, index) => ({
    key: String((pair.key as { value?: unknown }).value),
    at: startOf(pair.key) ?? 0,
    from: index === 0 ? 0 : lineStart(document, pair.key),
    to:
      index + 1 < document.root.items.length
        ? lineStart(document, document.root.items[index + 1]!.key)
        : text.length,
  }))
  return spans.map((span) => frontPart(text, span)).join('')
}

interface Span {
  key: string
  /** Where the key begins. */
  at: number
  /** Where its first line begins. */
  from: number
  /** Where the next key's first line begins. */
  to: number
}

// What stands between the line of `schema:` and the next key is the metadata's own: a comment, or a blank line.
function frontPart(text: string, { key, at, from, to }: Span): string {
  if (key === 'card') return ''
  if (key !== 'schema') return text.slice(from, to)
  const newline = text.indexOf('\n', at)
  return newline < 0 ? '' : text.slice(newline + 1, to)
}

function lineStart(document: CardDocument, key: unknown): number {
  const start = startOf(key) ?? 0
  return start - columnOf(document, start)
}
