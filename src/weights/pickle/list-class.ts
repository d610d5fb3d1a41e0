import { isAllowed } from './allow-list.ts'
import type { PickleMachine } from './machine.ts'
import { isKind, type PickleValue } from './value.ts'

/**
 * Lists the name that made an object as an import: it is unknown, or its object is treated as no pickler treats it. What
 * such a class does is its own affair. False for values of which all is known.
 */
export function listClass(machine: PickleMachine, value: PickleValue): boolean {
  if (!isKind(value, 'object') || !isKind(value.callee, 'global')) return false
  if (isAllowed(value.callee.module, value.callee.name)) return false
  machine.list(value.callee)
  return true
}
