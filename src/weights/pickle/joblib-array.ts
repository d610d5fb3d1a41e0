import type { PickleMachine } from './machine.ts'
import { isObjectDtype, joblibArray } from './numpy-objects.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import { isKind, memberOf, type PickleObject } from './value.ts'

/**
 * Passes over the elements of an array that joblib writes into the middle of a pickle, right behind the object that
 * describes them: a length and so many bytes of padding first, then the elements; objects are a pickle of their own
 * (joblib, `numpy_pickle.py`).
 */
export function passRawArray(machine: PickleMachine, object: PickleObject): void {
  const { callee, state } = object
  if (!isKind(callee, 'global') || callee.name !== 'NumpyArrayWrapper') return
  if (callee.module !== 'joblib.numpy_pickle' || machine.isNested) return
  // What is left of the frame would be followed before the elements are read.
  if (machine.cursor.at < machine.frameEnd) throw new UnreadablePickle('it has an array within a frame')
  machine.frameEnd = 0
  if (isObjectDtype(memberOf(state, 'dtype'))) return void object.items.push('objects', machine.nest())
  const array = joblibArray(object)
  if (array === undefined) throw new UnreadablePickle('it has an array of a dtype that is not read here')
  const isPadded = typeof memberOf(state, 'numpy_array_alignment_bytes') === 'number'
  if (isPadded) machine.cursor.skip(machine.cursor.u8())
  const begin = machine.cursor.at
  const bytes = array.shape.reduce((product, length) => product * length, array.dtype.size)
  machine.cursor.skip(Number.isSafeInteger(bytes) ? bytes : Infinity)
  object.range = { begin, end: machine.cursor.at }
}
