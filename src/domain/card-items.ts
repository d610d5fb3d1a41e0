import type { CardPath } from './card.ts'
import { isMap, member, type CardMap } from './card-value.ts'
import { stableJson } from './stable-json.ts'

/** Returns what tells the items of a list apart; undefined for a list that is one value. */
export function nameOfItems(path: CardPath): ((item: unknown) => string | undefined) | undefined {
  const steps = path.map((step) => (typeof step === 'number' ? '*' : step))
  const members = NAMES.get(steps.join('.'))
  if (members !== undefined) return (item) => (isMap(item) ? namedBy(item, members) : stableJson(item))
  const isSet = steps.length === 1 || SETS.test(steps.join('.'))
  return isSet ? (item) => (isMap(item) || Array.isArray(item) ? undefined : stableJson(item)) : undefined
}

const SETS = /^card\.(identity\.(owners|references|citations)|considerations\.[^.]+)$/

const NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    'model-index': ['name'],
    'model-index.*.results': ['task', 'dataset'],
    'model-index.*.results.*.metrics': ['type', 'name', 'config'],
    'card.weights': ['path'],
    'card.data': ['role', 'id'],
    'card.evaluation': ['task', 'dataset', 'metric.type', 'metric.name', 'metric.slice'],
    'card.identity.owners': ['name'],
    'card.considerations.ethical': ['name'],
  }),
)

function namedBy(item: CardMap, members: readonly string[]): string | undefined {
  const values = members.map((path) => path.split('.').reduce<unknown>(member, item))
  return values.every((value) => value === undefined) ? undefined : stableJson(values)
}
