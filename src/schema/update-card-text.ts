import type { CardPath } from '../domain/card.ts'
import { isMap, sameValue, valueAt } from '../domain/card-value.ts'
import { openCard } from './card-document.ts'
import { setCardField, unsetCardField } from './edit-card-text.ts'

/**
 * Returns the text of a card whose value at a path is another one, with as few edits as that takes: members that
 * are equal keep their bytes.
 *
 * @throws ModelError `card-invalid` where the text cannot be edited in place.
 */
export function updateCardText(text: string, path: CardPath, value: unknown): string {
  const before = path.length === 0 ? openCard(text).value : valueAt(openCard(text).value, path)
  if (value === undefined) return before === undefined ? text : unsetCardField(text, path)
  if (sameValue(before, value)) return text
  if (isMap(before) && isMap(value) && Object.keys(value).length > 0)
    return updateMap(text, path, before, value)
  if (Array.isArray(before) && Array.isArray(value) && before.length > 0 && before.length <= value.length) {
    return value.reduce<string>((edited, item, index) => updateCardText(edited, [...path, index], item), text)
  }
  return setCardField(text, path, value)
}

function updateMap(
  text: string,
  path: CardPath,
  before: Record<string, unknown>,
  value: Record<string, unknown>,
): string {
  const set = Object.keys(value).reduce(
    (edited, key) => updateCardText(edited, [...path, key], value[key]),
    text,
  )
  return Object.keys(before)
    .filter((key) => !Object.hasOwn(value, key))
    .reduce((edited, key) => unsetCardField(edited, [...path, key]), set)
}
