import { STORAGE_DTYPES } from './torch-dtypes.ts'
import type { PickleMachine } from './machine.ts'
import { isCount, isKind, type PickleStorage, type PickleValue } from './value.ts'

/**
 * Reads the id of a torch storage: `('storage', class, key, location, length)`, and in the legacy layout a sixth
 * `None` or `(key, offset, length)` of a view (torch/serialization.py, `persistent_load`).
 */
export function storageOf(machine: PickleMachine, id: PickleValue): PickleValue {
  const storage = isKind(id, 'tuple') ? parse(id.items) : undefined
  if (storage !== undefined) return storage
  machine.suspect('it refers to something outside that is no torch storage')
  return { kind: 'object', callee: 'persistent', args: id, items: [] }
}

function parse(items: readonly PickleValue[]): PickleStorage | undefined {
  const [word, type, key, location, length, view = null] = items
  if (word !== 'storage' || items.length > 6 || typeof key !== 'string' || typeof location !== 'string')
    return undefined
  if (!isCount(length) || !isKind(type, 'global')) return undefined
  const dtype = /^torch(?:\.cuda|\.storage)?$/.test(type.module) ? STORAGE_DTYPES.get(type.name) : undefined
  if (dtype === undefined) return undefined
  if (view === null) return { kind: 'storage', dtype, key, length, offset: 0 }
  const [, offset, size] = isKind(view, 'tuple') ? view.items : []
  return isCount(offset) && isCount(size) && offset + size <= length
    ? { kind: 'storage', dtype, key, length, offset }
    : undefined
}
