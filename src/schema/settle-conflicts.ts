import { WHOLE_CARD, type CardPath } from '../domain/card.ts'
import { formatCardPath } from '../domain/card-path.ts'
import { openCard } from './card-document.ts'
import { unsetCardField } from './edit-card-text.ts'
import { conflictsOf } from './merge-cards.ts'

/**
 * Takes the conflicts of fields out of a card's text: those of the fields themselves, and of what is in them.
 *
 * @returns the text, and the fields whose conflict is settled.
 */
export function settleConflicts(
  text: string,
  paths: readonly CardPath[],
): { text: string; settled: string[] } {
  const names = paths.map(formatCardPath)
  let edited = text
  const settled: string[] = []
  for (const { field } of conflictsOf(openCard(text))) {
    if (!names.some((name) => covers(name, field))) continue
    const index = conflictsOf(openCard(edited)).findIndex((conflict) => conflict.field === field)
    edited = unsetCardField(edited, ['card', 'conflicts', index])
    settled.push(field)
  }
  return { text: edited, settled }
}

function covers(name: string, field: string): boolean {
  return (
    field === name || (field !== WHOLE_CARD && (field.startsWith(`${name}.`) || field.startsWith(`${name}[`)))
  )
}
