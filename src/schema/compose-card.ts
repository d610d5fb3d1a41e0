import { CARD_PARTS, CARD_SCHEMA, type CardDetails } from '../domain/card.ts'
import { formatEntry } from '../domain/format-card-value.ts'

/**
 * Writes the text of a card.
 *
 * @param front - Hugging Face metadata as YAML lines, taken over as they are.
 * @param details - the strict part; null members are unknown, undefined ones are left out.
 */
export function composeCard(front: string, details: CardDetails): string {
  return `---\nschema: ${CARD_SCHEMA}\n${front}${formatDetails(details)}`
}

/** Writes metadata as YAML lines, for {@link composeCard}. */
export function formatFront(metadata: Readonly<Record<string, unknown>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => formatEntry(key, value, 0))
    .join('')
}

function formatDetails(details: CardDetails): string {
  const present = CARD_PARTS.filter((part) => details[part] !== undefined)
  if (present.length === 0) return 'card:\n  body: ""\n'
  return `card:\n${present.map((part) => formatEntry(part, details[part], 2)).join('')}`
}
