import type { ByteSource } from '../byte-source.ts'
import { listTensors } from './list-tensors.ts'
import { contentOf, type PickleContent } from './pickle-content.ts'
import { placeTensor } from './place-tensor.ts'
import { runPickle } from './run-pickle.ts'

/** Reads a file that is one pickle: of pickle, dill or joblib. @param start - where it begins. */
export function readBare(source: ByteSource, start = 0): PickleContent {
  const reading = runPickle(source, start)
  const { tensors, tooMuch } = listTensors(reading)
  const rest = source.size - reading.end
  const trailing = reading.root !== undefined && rest > 0 ? `${rest} bytes follow its end` : undefined
  return contentOf(
    [reading],
    tensors.map((tensor) => placeTensor(tensor, new Map())),
    { doubt: trailing, tooMuch },
  )
}
