import { CARD_SCHEMA, type Card, type CardConflict, type CardPath, type CardProblem } from '../domain/card.ts'
import { cardFields } from '../domain/card-fields.ts'
import { findCardSecrets } from '../domain/card-secrets.ts'
import { formatCardPath, parseCardPath } from '../domain/card-path.ts'
import { nearMiss } from '../domain/near-miss.ts'
import { cardMembers } from './card-members.ts'
import { cardPosition, parseCard, type CardDocument } from './card-document.ts'
import { conflictsOf } from './merge-cards.ts'
import { pointerParts, validate } from './validate.ts'

/** What is to be said of the text of a card. */
export interface CheckedCard {
  /** Undefined where the text cannot be read. */
  card: Card | undefined
  /** Whether a newer program wrote it: then it is shown and carried, and nothing else. */
  newer: boolean
  /** In the order of the text. */
  problems: CardProblem[]
  conflicts: CardConflict[]
  /** What is allowed, but is hardly meant. */
  warnings: CardProblem[]
  /** The fields that are marked unknown. */
  unknown: string[]
}

/** Checks the text of a card against its schema. */
export function checkCardText(text: string): CheckedCard {
  const parsed = parseCard(text)
  if ('problems' in parsed)
    return {
      card: undefined,
      newer: false,
      problems: parsed.problems,
      conflicts: [],
      warnings: [],
      unknown: [],
    }
  const { document } = parsed
  const card = document.value as Card
  if (isNewer(card.schema))
    return { card, newer: true, problems: [], conflicts: [], warnings: [], unknown: [] }
  const conflicts = conflictsOf(document)
  const problems = [
    ...schemaProblems(document),
    ...conflicts.map((conflict) => conflictProblem(document, conflict)),
  ]
  problems.sort((a, b) => a.line! - b.line! || a.column! - b.column!)
  return {
    card,
    newer: false,
    problems,
    conflicts,
    warnings: [...misspelt(document), ...secrets(document)],
    unknown: unknownFields(card),
  }
}

function isNewer(schema: unknown): boolean {
  const version = /^card\/v(\d{1,6})$/.exec(String(schema))?.[1]
  return version !== undefined && Number(version) > Number(CARD_SCHEMA.slice('card/v'.length))
}

function schemaProblems(document: CardDocument): CardProblem[] {
  return validate('card', document.value).map(({ path: pointer, message }) => {
    const path = toPath(document.value, pointer)
    const meant = message.includes('not known')
      ? nearMiss(String(path.at(-1)), cardMembers(path.slice(0, -1)))
      : undefined
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
    return { field: formatCardPath(path), message: message + hint, ...cardPosition(document, path) }
  })
}

function conflictProblem(document: CardDocument, { field, values }: CardConflict): CardProblem {
  const index = conflictsOf(document).findIndex((conflict) => conflict.field === field)
  return {
    field,
    message: `was changed to ${values.length} different values`,
    ...cardPosition(document, ['card', 'conflicts', index]),
  }
}

// Metadata is an open set of keys, so a key that nobody knows is no problem.
function misspelt(document: CardDocument): CardProblem[] {
  const known = cardMembers([])
  return Object.keys(document.value).flatMap((key) => {
    const meant = nearMiss(key, known)
    if (meant === undefined) return []
    const message = `is no key that the Hugging Face Hub knows; did you mean "${meant}"?`
    return [{ field: formatCardPath([key]), message, ...cardPosition(document, [key]) }]
  })
}

// A card is written by hand: nothing in it is masked.
function secrets(document: CardDocument): CardProblem[] {
  const message = 'looks like a credential, and a card is shared with everybody who has the repository'
  return findCardSecrets(document.value).map((field) => ({
    field,
    message,
    ...cardPosition(document, parseCardPath(field)),
  }))
}

// In a pointer, an index and a key that is a number look alike.
function toPath(value: unknown, pointer: string): CardPath {
  let at = value
  return pointerParts(pointer).map((part) => {
    const step = Array.isArray(at) ? Number(part) : part
    at = (at as Record<string | number, unknown> | null | undefined)?.[step]
    return step
  })
}

function unknownFields(card: Card): string[] {
  const fields = cardFields(card).filter(
    ({ field, value }) => value === null || (field === 'license' && value === 'unknown'),
  )
  const license = card['license'] === undefined && !Object.hasOwn(card, 'license') ? ['license'] : []
  return [
    ...license,
    ...fields.map(({ field }) => field).filter((field) => !field.startsWith('card.conflicts')),
  ]
}
