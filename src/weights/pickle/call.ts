import { isAllowed } from './allow-list.ts'
import { CONSTRUCTORS } from './constructors.ts'
import { passRawArray } from './joblib-array.ts'
import { listClass } from './list-class.ts'
import type { PickleMachine } from './machine.ts'
import { plainName } from './plain-name.ts'
import { isKind, type PickleGlobal, type PickleObject, type PickleValue } from './value.ts'

/**
 * Follows a call (REDUCE, NEWOBJ): what is allowed and has the right operands becomes what it makes; anything else
 * becomes an object of which only the call is known.
 */
export function call(machine: PickleMachine, callee: PickleValue, args: PickleValue): PickleValue {
  machine.act(callee)
  const unknown: PickleObject = { kind: 'object', callee, args, items: [] }
  if (!isKind(callee, 'global')) {
    machine.suspect('it calls something that is no name')
    return unknown
  }
  machine.lookInto(args)
  if (isKind(args, 'tuple')) for (const arg of args.items) machine.lookInto(arg)
  if (!isAllowed(callee.module, callee.name)) return callPlain(machine, callee, unknown)
  const made = isKind(args, 'tuple') ? CONSTRUCTORS.get(callee.name)?.(args.items) : undefined
  if (isKind(made, 'dict')) machine.grow(made.items.length)
  if (made !== undefined) return made
  machine.suspect(`it calls ${callee.module}.${callee.name} with operands that no writer of weights gives it`)
  return unknown
}

function callPlain(machine: PickleMachine, callee: PickleGlobal, object: PickleObject): PickleValue {
  const plain = plainName(callee)
  if (plain !== undefined && isKind(object.args, 'tuple') && plain.fits(object.args.items))
    return plain.make?.(object.args.items) ?? object
  machine.list(callee)
  return object
}

/** Follows BUILD, which gives an object its state. */
export function build(machine: PickleMachine, target: PickleValue, state: PickleValue): void {
  machine.act(target)
  machine.lookInto(state)
  if (isKind(target, 'object')) {
    target.state = state
    passRawArray(machine, target)
    const plain = isKind(target.callee, 'global') ? plainName(target.callee) : undefined
    if (plain?.fitsState?.(target) === true || listClass(machine, target)) return
  }
  // An OrderedDict may have attributes: torch keeps `_metadata` there.
  if (isKind(target, 'dict') && isKind(state, 'dict')) return
  machine.suspect('it sets the state of something that has none')
}
