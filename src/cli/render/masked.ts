import { safeText } from '../../domain/safe-text.ts'
import { formatCommand } from '../../domain/quote-shell.ts'

const MAX_SHOWN = 10

/** The warning that places of a run were masked, without what stood there, and what to type to keep them. */
export function renderMasked(places: readonly string[]): [text: string, hint: string] {
  const shown = places.slice(0, MAX_SHOWN).map(safeText)
  const more = places.length > shown.length ? ` and ${places.length - shown.length} more` : ''
  const [first = ''] = places
  return [
    `masked in the record, because it looks like a credential: ${shown.join(', ')}${more}`,
    `not a credential? ${safeText(formatCommand('--allow-secret', first))}, or "secrets: {allow: [...]}" in .gitmodel.yaml`,
  ]
}
