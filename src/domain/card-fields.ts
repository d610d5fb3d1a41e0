import { formatCardPath } from './card-path.ts'
import type { CardPath } from './card.ts'
import { isMap, sameValue } from './card-value.ts'

/** A field of a card with its value. */
export interface CardField {
  /** As `git model card set` spells it. */
  field: string
  value: unknown
}

/** What became of a field between two cards. */
export interface CardChange {
  field: string
  /** Undefined where the field was added. */
  before?: unknown
  /** Undefined where the field was taken away. */
  after?: unknown
}

/** Takes a card apart into its fields: scalars, empty maps and lists of scalars, in the card's order. */
export function cardFields(value: unknown): CardField[] {
  const fields: CardField[] = []
  collect(value, [], fields)
  return fields
}

/** Compares two cards field by field. `schema` and how the README was laid out are no fields. */
export function diffCardFields(before: unknown, after: unknown): CardChange[] {
  const [left, right] = [before, after].map(
    (card) => new Map(cardFields(card).map((item) => [item.field, item.value])),
  )
  const fields = [...new Set([...left!.keys(), ...right!.keys()])]
  return fields
    .filter((field) => !sameValue(left!.get(field), right!.get(field)))
    .map((field) => ({
      field,
      ...(left!.has(field) && { before: left!.get(field) }),
      ...(right!.has(field) && { after: right!.get(field) }),
    }))
}

function collect(value: unknown, path: CardPath, fields: CardField[]): void {
  const field = formatCardPath(path)
  if (field === 'schema' || field === 'card.layout') return
  if (isMap(value) && (path.length === 0 || Object.keys(value).length > 0)) {
    for (const [key, item] of Object.entries(value)) collect(item, [...path, key], fields)
  } else if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    for (const [index, item] of value.entries()) collect(item, [...path, index], fields)
  } else fields.push({ field, value })
}
