import { isAllowed } from './allow-list.ts'
import { CONSTRUCTORS } from './constructors.ts'
import { isOfUnknownClass } from './fill.ts'
import { passRawArray } from './joblib-array.ts'
import type { PickleMachine } from './machine.ts'
import { isKind, type PickleValue } from './value.ts'

/**
 * Follows a call (REDUCE, NEWOBJ): what is allowed and has the right operands becomes what it makes; anything else
 * becomes an object of which only the call is known.
 */
export function call(machine: PickleMachine, callee: PickleValue, args: PickleValue): PickleValue {
  machine.act(callee)
  const unknown: PickleValue = { kind: 'object', callee, args, items: [] }
  if (!isKind(callee, 'global')) {
    machine.suspect('it calls something that is no name')
    return unknown
  }
  if (!isAllowed(callee.module, callee.name)) return unknown
  const made = isKind(args, 'tuple') ? CONSTRUCTORS.get(callee.name)?.(args.items) : undefined
  if (isKind(made, 'dict')) machine.grow(made.items.length)
  if (made !== undefined) return made
  machine.suspect(`it calls ${callee.module}.${callee.name} with operands that no writer of weights gives it`)
  return unknown
}

/** Follows BUILD, which gives an object its state. */
export function build(machine: PickleMachine, target: PickleValue, state: PickleValue): void {
  machine.act(target)
  if (isKind(target, 'object')) {
    target.state = state
    passRawArray(machine, target)
    if (isOfUnknownClass(target)) return
  }
  // An OrderedDict may have attributes: torch keeps `_metadata` there.
  if (isKind(target, 'dict') && isKind(state, 'dict')) return
  machine.suspect('it sets the state of something that has none')
}
