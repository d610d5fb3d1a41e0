import { safeText } from '../../domain/safe-text.ts'
import type { CardHistoryEntry } from '../../features/card-history.ts'
import type { Colors } from '../colors.ts'
import { formatTime } from './duration.ts'
import { renderCardChanges } from './card-changes.ts'

/** Writes the history of a card, the newest change first. */
export function renderCardHistory(entries: readonly CardHistoryEntry[], colors: Colors): string {
  return entries.map((entry) => paragraph(entry, colors)).join('\n')
}

function paragraph(entry: CardHistoryEntry, colors: Colors): string {
  const { note, commit, author, date, action, merge, cut, changes } = entry
  const weights =
    commit === undefined ? 'weights that are not committed' : `weights of ${commit.slice(0, 12)}`
  const time = Number.isNaN(Date.parse(date)) ? date : formatTime(new Date(date).toISOString())
  const size = action === 'written' ? ` with ${changes.length} fields` : ''
  const by = cut ? 'not known who: the history of this clone is cut short' : safeText(author)
  const head = [
    `${colors.yellow(note.slice(0, 12))} ${by}, ${safeText(time)}`,
    `  ${merge ? 'merged' : action}${size}, for the ${weights}`,
  ]
  return `${head.join('\n')}\n${action === 'written' ? '' : renderCardChanges(changes, colors)}`
}
