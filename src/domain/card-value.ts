import type { CardPath } from './card.ts'

/** A map of a card's value. */
export type CardMap = Record<string, unknown>

/** Tells whether a value is a map. */
export function isMap(value: unknown): value is CardMap {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Returns a member of a map, and nothing that a map inherits. */
export function member(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Returns what stands at a path, undefined where nothing does. */
export function valueAt(value: unknown, path: CardPath): unknown {
  let found = value
  for (const step of path) {
    found = typeof step === 'number' ? (Array.isArray(found) ? found[step] : undefined) : member(found, step)
  }
  return found
}

/** Tells whether two values are equal. Absent and null are: both say that a thing is unknown. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === undefined || a === null) return b === undefined || b === null
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]))
  }
  if (!isMap(a) || !isMap(b)) return Object.is(a, b)
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every(
    (key) => Object.hasOwn(a, key) === Object.hasOwn(b, key) && sameValue(a[key], b[key]),
  )
}

/** Returns a copy with another value at a path; maps and lists on the way are made where they are missing. */
export function withValue(value: unknown, path: CardPath, replacement: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return replacement
  if (typeof step === 'number') {
    const list = Array.isArray(value) ? [...value] : []
    list[step] = withValue(list[step], rest, replacement)
    return list
  }
  const members = new Map(isMap(value) ? Object.entries(value) : [])
  members.set(step, withValue(members.get(step), rest, replacement))
  return Object.fromEntries(members)
}

/** Returns a copy without what stands at a path. Maps and lists that become empty stay. */
export function withoutValue(value: unknown, path: CardPath): unknown {
  const [step, ...rest] = path
  if (step === undefined) return undefined
  if (typeof step === 'number') {
    if (!Array.isArray(value)) return value
    if (rest.length === 0) return value.filter((_, index) => index !== step)
    return value.map((item, index) => (index === step ? withoutValue(item, rest) : item))
  }
  if (!isMap(value)) return value
  const members = Object.entries(value).filter(([key]) => key !== step || rest.length > 0)
  return Object.fromEntries(
    members.map(([key, item]) => [key, key === step ? withoutValue(item, rest) : item]),
  )
}
