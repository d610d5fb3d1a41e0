import { nameOfItems } from './card-items.ts'
import { valueAt } from './card-value.ts'
import type { CardPath } from './card.ts'

/**
 * Finds a field of one version of a card in another: the items of a list are found by what tells them apart, wherever
 * they stand there.
 *
 * @returns undefined where the other version has no such item.
 */
export function placeIn(path: CardPath, from: unknown, to: unknown): CardPath | undefined {
  const place: (string | number)[] = []
  for (const [index, step] of path.entries()) {
    const found = typeof step === 'string' ? step : findItem(path.slice(0, index + 1), from, to, place)
    if (found === undefined) return undefined
    place.push(found)
  }
  return place
}

function findItem(path: CardPath, from: unknown, to: unknown, list: CardPath): number | undefined {
  const name = nameOfItems(path.slice(0, -1))
  const wanted = name?.(valueAt(from, path))
  if (name === undefined || wanted === undefined) return Number(path.at(-1))
  const items = valueAt(to, list)
  const index = Array.isArray(items) ? items.findIndex((item) => name(item) === wanted) : -1
  return index < 0 ? undefined : index
}
