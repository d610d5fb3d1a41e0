import type { PickleMachine } from './machine.ts'
import { isKind, type PickleValue } from './value.ts'

/** Appends to the list on top (APPEND, APPENDS). */
export function appendTo(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.top()
  machine.act(target)
  if (isKind(target, 'list') || isKind(target, 'set') || isKind(target, 'object')) add(target.items, items)
  if (!isKind(target, 'list')) machine.suspect('it appends to something that is no list')
}

/** Sets members of the dict on top (SETITEM, SETITEMS). @param pairs - keys and values by turns. */
export function setIn(machine: PickleMachine, pairs: readonly PickleValue[]): void {
  const target = machine.top()
  machine.act(target)
  if (pairs.length % 2 === 1) machine.suspect('it sets a key without a value')
  if (isKind(target, 'dict') || isKind(target, 'object')) add(target.items, pairs)
  if (!isKind(target, 'dict')) machine.suspect('it sets members of something that is no dict')
}

/** Adds to the set on top (ADDITEMS). */
export function addTo(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.top()
  machine.act(target)
  if (isKind(target, 'set')) add(target.items, items)
}

// A spread of a million arguments would pass the stack.
function add(to: PickleValue[], items: readonly PickleValue[]): void {
  for (const item of items) to.push(item)
}
