import type { PickleMachine } from './machine.ts'
import { joblibArray } from './numpy-objects.ts'
import { UnreadablePickle } from './unreadable-pickle.ts'
import { isKind, memberOf, type PickleObject } from './value.ts'

/**
 * Passes over the elements of an array that joblib writes into the middle of a pickle, right behind the object that
 * describes them: a length and so many bytes of padding first, then the elements (joblib, `numpy_pickle.py`).
 */
export function passRawArray(machine: PickleMachine, object: PickleObject): void {
  const { callee, state } = object
  if (!isKind(callee, 'global') || callee.name !== 'NumpyArrayWrapper') return
  if (callee.module !== 'joblib.numpy_pickle') return
  const array = joblibArray(object)
  if (array === undefined) throw new UnreadablePickle('it holds an array of Python objects')
  const isPadded = typeof memberOf(state, 'numpy_array_alignment_bytes') === 'number'
  if (isPadded) machine.cursor.skip(machine.cursor.u8())
  const begin = machine.cursor.at
  const bytes = array.shape.reduce((product, length) => product * length, array.dtype.size)
  machine.cursor.skip(Number.isSafeInteger(bytes) ? bytes : Infinity)
  object.range = { begin, end: machine.cursor.at }
}
