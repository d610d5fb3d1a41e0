import { maskPairs, type Pair } from './mask-pairs.ts'
import { looksPassword } from './secret-name.ts'
import { maskShapes } from './secret-shapes.ts'

/** What follows the name of an option where a text speaks of the option itself. */
const SPEAKING =
  /^(?:option|flag|switch|argument|parameter|value|is|was|and|or|for|to|from|in|on|with|as|if)$/i

/**
 * Masks what looks like a credential in a text that a person wrote: by its looks as `maskText` does, by a name
 * only where the value is no plain word. "token: the smallest unit" stays, "token: 4f9a02c7" does not.
 */
export function maskProse(text: string): string {
  return maskPairs(maskShapes(text), isGiven)
}

function isGiven({ name, mark, value, isQuoted }: Pair): boolean {
  if (mark === '=') return true
  if (looksPassword(name) && mark !== 'is') return mark === ':' || !SPEAKING.test(value)
  return isLiteral(value) || (isQuoted && mark === ':' && !/\s/.test(value))
}

// Letters and digits together, or too long for a word.
function isLiteral(value: string): boolean {
  return (value.length >= 6 && /\d/.test(value) && /[a-z]/i.test(value)) || value.length >= 32
}
