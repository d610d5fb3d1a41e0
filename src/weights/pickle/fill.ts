import { listClass } from './list-class.ts'
import type { PickleMachine } from './machine.ts'
import { isKind, type PickleValue } from './value.ts'

/** Appends to the list on top (APPEND, APPENDS). */
export function appendTo(machine: PickleMachine, items: readonly PickleValue[]): void {
  fill(machine, 'list', items, 'it appends to something that is no list')
}

/** Sets members of the dict on top (SETITEM, SETITEMS). @param pairs - keys and values by turns. */
export function setIn(machine: PickleMachine, pairs: readonly PickleValue[]): void {
  if (pairs.length % 2 === 1) machine.suspect('it sets a key without a value')
  fill(machine, 'dict', pairs, 'it sets members of something that is no dict')
}

/** Adds to the set on top (ADDITEMS). */
export function addTo(machine: PickleMachine, items: readonly PickleValue[]): void {
  fill(machine, 'set', items, 'it adds to something that is no set')
}

function fill(
  machine: PickleMachine,
  kind: 'list' | 'dict' | 'set',
  items: readonly PickleValue[],
  doubt: string,
): void {
  const target = machine.top()
  machine.act(target)
  if (isKind(target, kind) || isKind(target, 'object')) add(target.items, items)
  if (!isKind(target, kind) && !listClass(machine, target)) machine.suspect(doubt)
}

// A spread of a million arguments would pass the stack.
function add(to: PickleValue[], items: readonly PickleValue[]): void {
  for (const item of items) to.push(item)
}
