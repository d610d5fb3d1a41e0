import { displayWidth, truncateToWidth } from './display-width.ts'
import { ModelError } from './errors.ts'

/** A place in the text of a filter, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

const CONTEXT = 70

/**
 * Makes the error of a filter or sort key that cannot be read: the message, the text with carets under the
 * place, and what to type instead.
 */
export function filterError(text: string, span: Span, message: string, ...hints: string[]): ModelError {
  const column = Array.from(text.slice(0, span.start)).length + 1
  return new ModelError('filter-invalid', `${message}, at column ${column}\n${caretLines(text, span)}`, {
    hints,
    data: { filter: text, column },
  })
}

function caretLines(text: string, { start, end }: Span): string {
  const from = start <= CONTEXT ? 0 : start - CONTEXT / 2
  const lead = from === 0 ? '' : '…'
  const before = lead + flatten(text.slice(from, start))
  const marked = truncateToWidth(flatten(text.slice(start, end)), CONTEXT)
  const after = truncateToWidth(flatten(text.slice(end)), CONTEXT / 2)
  const carets = '^'.repeat(Math.max(1, displayWidth(marked)))
  return `  ${before}${marked}${after}\n  ${' '.repeat(displayWidth(before))}${carets}`
}

// One line without anything invisible, or the carets would stand in the wrong place.
function flatten(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ')
}
