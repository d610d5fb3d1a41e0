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
  const changes = membersToUpdate(before, value)
  if (changes === undefined) return setCardField(text, path, value)
  return changes.reduce<string>(
    (edited, step) => updateCardText(edited, [...path, step], valueAt(value, [step])),
    text,
  )
}

/** With more members than this that differ, a map or list is written anew: each edit reads the whole text. */
const MAX_EDITS = 30

// Which members have to change; undefined where the whole has to.
function membersToUpdate(before: unknown, value: unknown): (string | number)[] | undefined {
  const steps = stepsOf(before, value)?.filter((step) => !isKept(before, value, step))
  return steps === undefined || steps.length > MAX_EDITS ? undefined : steps
}

function stepsOf(before: unknown, value: unknown): (string | number)[] | undefined {
  if (isMap(before) && isMap(value) && Object.keys(value).length > 0) {
    return [...Object.keys(value), ...Object.keys(before).filter((key) => !Object.hasOwn(value, key))]
  }
  const bothLists = Array.isArray(before) && Array.isArray(value)
  return bothLists && before.length > 0 && before.length <= value.length ? [...value.keys()] : undefined
}

function isKept(before: unknown, value: unknown, step: string | number): boolean {
  const [old, now] = [valueAt(before, [step]), valueAt(value, [step])]
  return (old === undefined) === (now === undefined) && sameValue(old, now)
}
