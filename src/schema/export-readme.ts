import type { CardDetails } from '../domain/card.ts'
import { joinReadme } from '../domain/card-readme.ts'
import { isMap, member, sameValue } from '../domain/card-value.ts'
import { openCard, parseCard } from './card-document.ts'
import { frontOf, metadataOf } from './card-metadata.ts'

/**
 * Makes a Hugging Face README.md of a card: the metadata as front matter, and the body. What came in through
 * `importReadme` and was not edited goes out byte for byte.
 *
 * @throws ModelError `card-invalid` when the text is no card.
 */
export function exportReadme(text: string): string {
  const { value } = openCard(text)
  const details = (isMap(member(value, 'card')) ? value['card'] : {}) as CardDetails
  const layout = details.layout ?? {}
  const front = originalFront(layout.front, value) ?? frontOf(text)
  const crlf = layout.eol === 'crlf'
  const fence = front === '' ? '' : crlf ? '---\r\n' : '---\n'
  const body = typeof details.body === 'string' ? details.body : ''
  return joinReadme({
    bom: layout.bom === true,
    open: layout.open || fence,
    front,
    close: layout.close ?? fence,
    body: crlf ? body.replaceAll('\n', '\r\n') : body,
  })
}

function originalFront(front: string | undefined, value: Record<string, unknown>): string | undefined {
  if (front === undefined) return undefined
  const parsed = parseCard(front)
  return 'document' in parsed && sameValue(parsed.document.value, metadataOf(value)) ? front : undefined
}
