import { cardFields } from './card-fields.ts'
import { parseCardPath } from './card-path.ts'
import { looksSecretFile } from './secret-file.ts'

/**
 * Finds the fields of a card that look as if they held a credential: by what their text is, or by a long literal under
 * a name that speaks of one. What documentation writes in the place of one is none.
 *
 * @returns the fields, as `git model card set` spells them.
 */
export function findCardSecrets(card: unknown): string[] {
  return cardFields(card)
    .filter(({ field, value }) => [value].flat().some((item) => looksSecretText(field, item)))
    .map(({ field }) => field)
}

function looksSecretText(field: string, value: unknown): boolean {
  if (typeof value !== 'string') return false
  const name = parseCardPath(field).findLast((step) => typeof step === 'string')
  return looksSecretFile('README.md', value) || looksSecretFile('README.md', `${name} = "${value}"`)
}
