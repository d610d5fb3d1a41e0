import { nameOfItems } from './card-items.ts'
import { formatCardPath } from './card-path.ts'
import type { CardConflict, CardPath } from './card.ts'
import { isMap, member, sameValue, type CardMap } from './card-value.ts'
import { mergeLines } from './merge-lines.ts'
import { stableJson } from './stable-json.ts'

/** What became of a value that two people changed. */
export interface MergedValue {
  /** Undefined where it was taken away. */
  value: unknown
  conflicts: CardConflict[]
}

/**
 * Merges a value three ways. Maps merge member by member, lists whose items have a name item by item, lists of
 * metadata as sets, texts line by line. Where both sides changed the same thing differently, one value is kept in
 * place and both are named.
 *
 * The caller gives the sides in an order of its own making, so that the answer does not depend on who merges.
 *
 * @param base - what both were made from; undefined where there was nothing, or nothing is known.
 */
export function mergeCardValues(path: CardPath, base: unknown, left: unknown, right: unknown): MergedValue {
  if (sameValue(left, right) || sameValue(base, right)) return clean(left)
  if (sameValue(base, left)) return clean(right)
  if (isMap(left) && isMap(right)) return mergeMaps(path, isMap(base) ? base : {}, left, right)
  if (Array.isArray(left) && Array.isArray(right)) {
    const merged = mergeLists(path, Array.isArray(base) ? base : [], left, right)
    if (merged !== undefined) return merged
  }
  if (isText(base) && isText(left) && isText(right)) {
    const merged = mergeLines(base, left, right)
    if (merged !== undefined) return clean(merged)
  }
  return clash(path, left, right)
}

/** Writes a conflict. The values are sorted, so that the order of the sides does not show. */
export function toConflict(field: string, values: readonly unknown[]): CardConflict {
  const byText = new Map(values.map((value) => [stableJson(value ?? null), value ?? null]))
  return { field, values: [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value) }
}

function clash(path: CardPath, left: unknown, right: unknown): MergedValue {
  return { value: left ?? right, conflicts: [toConflict(formatCardPath(path), [left, right])] }
}

function clean(value: unknown): MergedValue {
  return { value, conflicts: [] }
}

function mergeMaps(path: CardPath, base: CardMap, left: CardMap, right: CardMap): MergedValue {
  const keys = [...Object.keys(left), ...Object.keys(right).filter((key) => !Object.hasOwn(left, key))]
  const merged = keys.map((key) => ({
    key,
    ...mergeCardValues([...path, key], member(base, key), member(left, key), member(right, key)),
  }))
  return {
    value: Object.fromEntries(
      merged.filter(({ value }) => value !== undefined).map(({ key, value }) => [key, value]),
    ),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
  }
}

function mergeLists(
  path: CardPath,
  base: unknown[],
  left: unknown[],
  right: unknown[],
): MergedValue | undefined {
  const name = nameOfItems(path)
  if (name === undefined) return undefined
  const [from, ours, theirs] = [base, left, right].map(
    (items) => new Map(items.map((item) => [name(item), item])),
  )
  if (
    ours!.size !== left.length ||
    theirs!.size !== right.length ||
    ours!.has(undefined) ||
    theirs!.has(undefined)
  ) {
    return undefined
  }
  const names = [...ours!.keys(), ...[...theirs!.keys()].filter((key) => !ours!.has(key))]
  const value: unknown[] = []
  const conflicts: CardConflict[] = []
  for (const key of names) {
    const item = mergeCardValues([...path, value.length], from!.get(key), ours!.get(key), theirs!.get(key))
    if (item.value === undefined) continue
    value.push(item.value)
    for (const conflict of item.conflicts) conflicts.push(conflict)
  }
  return { value, conflicts }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n')
}
