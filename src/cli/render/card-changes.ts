import { safeText } from '../../domain/safe-text.ts'
import type { CardChange } from '../../domain/card-fields.ts'
import type { Colors } from '../colors.ts'
import { showCardValue } from './card-value.ts'

/** Writes the changes of a card, one line each. */
export function renderCardChanges(changes: readonly CardChange[], colors: Colors): string {
  return changes.map((change) => `  ${line(change, colors)}\n`).join('')
}

function line(change: CardChange, { red, green, dim }: Colors): string {
  const field = safeText(change.field)
  const [before, after] = [change.before, change.after].map((value) => safeText(showCardValue(value)))
  if (!('before' in change)) return `${green('+')} ${field}: ${green(after!)}`
  if (!('after' in change)) return `${red('-')} ${field}: ${red(before!)}`
  return `${dim('~')} ${field}: ${red(before!)} → ${green(after!)}`
}
