import type { ByteSource } from '../byte-source.ts'
import { listTensors, storagesOf } from './list-tensors.ts'
import { contentOf, type PickleContent } from './pickle-content.ts'
import { placeTensor } from './place-tensor.ts'
import { runPickle, type PickleReading } from './run-pickle.ts'
import { torchItemSize } from './torch-dtypes.ts'
import { isKind, type PickleStorage } from './value.ts'

/**
 * Reads what `torch.save` wrote before PyTorch 1.6: five pickles (a magic number, a protocol version, the machine, the
 * object, the keys of the storages), then each storage as a count of elements and the elements (torch/serialization.py,
 * `_legacy_save`).
 */
export function readPytorchLegacy(source: ByteSource): PickleContent {
  const readings: PickleReading[] = []
  for (let start = 0; readings.length < PICKLES; start = readings.at(-1)!.end) {
    readings.push(runPickle(source, start))
    if (readings.at(-1)!.root === undefined) return contentOf(readings, [])
  }
  const [object, keys] = [readings[3]!, readings[4]!]
  const { tensors, tooMuch } = listTensors(object)
  const { places, ...problems } = placeStorages(source, keys, storagesOf(tensors))
  return contentOf(
    readings,
    tensors.map((tensor) => placeTensor(tensor, places)),
    { ...problems, tooMuch },
  )
}

const PICKLES = 5

function placeStorages(
  source: ByteSource,
  keys: PickleReading,
  storages: ReadonlyMap<string, PickleStorage>,
): { places: Map<string, number>; damage?: string; doubt?: string } {
  const places = new Map<string, number>()
  const names = isKind(keys.root, 'list') ? keys.root.items : []
  let at = keys.end
  for (const key of names) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    // One that only a part of the object knows which is no tensor: its size is not known, so nothing after it is.
    if (storage === undefined) return { places, doubt: 'it has a storage that no tensor refers to' }
    const count = source.read(at, 8)
    const isRight = count.length === 8 && count.readBigInt64LE(0) === BigInt(storage.length)
    if (!isRight)
      return { places, damage: `its storage ${storage.key.slice(0, 100)} is not as long as it says` }
    places.set(storage.key, at + 8)
    at += 8 + storage.length * torchItemSize(storage.dtype)
  }
  const rest = source.size - at
  if (rest === 0) return { places }
  if (rest > 0) return { places, doubt: `${rest} bytes follow its end` }
  return { places, damage: `${-rest} bytes are missing at its end` }
}
