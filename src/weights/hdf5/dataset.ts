import { elements } from '../read-safetensors.ts'
import type { TensorView } from '../weights-view.ts'
import { Block, NOWHERE } from './block.ts'
import { Hdf5Damage } from './damage.ts'
import { readType } from './datatype.ts'
import type { HeaderMessage } from './object-header.ts'

const DATASPACE = 0x01
const DATATYPE = 0x03
const LAYOUT = 0x08

/** Reads a dataset: its shape, its type, and where it stands; undefined for an object that is none. */
export function readDataset(
  messages: readonly HeaderMessage[],
  name: string,
  fileSize: number,
): TensorView | undefined {
  const find = (type: number): Buffer | undefined =>
    messages.find((message) => message.type === type)?.content
  const [space, type, layout] = [find(DATASPACE), find(DATATYPE), find(LAYOUT)]
  if (space === undefined || type === undefined || layout === undefined) return undefined
  const { name: dtype, size, isPlain } = readType(type)
  const shape = readShape(space)
  const count = elements(shape) * BigInt(size)
  const place = readPlace(layout)
  const tensor: TensorView = { name, dtype, shape, bytes: Number(count) }
  if (place === undefined) return tensor
  if (BigInt(place.size) !== count || place.address + place.size > fileSize)
    throw new Hdf5Damage(
      `the dataset ${JSON.stringify(name.slice(0, 200))} is not where it says, or not as long`,
    )
  return isPlain ? { ...tensor, begin: place.address, end: place.address + place.size } : tensor
}

/** Reads a dataspace message (HDF5 File Format Specification, IV.A.2.b). */
export function readShape(content: Buffer): number[] {
  const block = new Block(content)
  const [version, rank] = [block.u8(), block.u8()]
  if (rank > 32) throw new Hdf5Damage(`a dataset has ${rank} dimensions`)
  block.take(version === 1 ? 6 : 2)
  const shape = Array.from({ length: rank }, () => block.u64())
  if (shape.includes(NOWHERE)) throw new Hdf5Damage('a dataset has no shape')
  return shape
}

// Only one piece, unpacked, has a place; chunks and what was never written have none.
function readPlace(content: Buffer): { address: number; size: number } | undefined {
  const block = new Block(content)
  const [version, kind] = [block.u8(), block.u8()]
  if (version < 3 || kind !== 1) return undefined
  const [address, size] = [block.u64(), block.u64()]
  return address === NOWHERE ? undefined : { address, size }
}
