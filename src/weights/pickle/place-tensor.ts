import { elements } from '../read-safetensors.ts'
import type { TensorView } from '../weights-view.ts'
import type { NamedTensor } from './list-tensors.ts'
import { torchItemSize } from './torch-dtypes.ts'
import type { PickleTensor } from './value.ts'

/**
 * Says where a tensor of a pickle stands in its file.
 *
 * @param storages - where each storage begins, by its key; undefined for one that does not stand there as it is.
 */
export function placeTensor(
  { name, tensor }: NamedTensor,
  storages: ReadonlyMap<string, number | undefined>,
): TensorView {
  if (!('kind' in tensor)) return placeArray(name, tensor)
  const { dtype, shape, storage } = tensor
  if (storage === undefined) return { name, dtype, shape }
  const bytes = Number(elements(shape)) * torchItemSize(dtype)
  const start = storages.get(storage.key)
  if (start === undefined || !isRowByRow(tensor)) return { name, dtype, shape, bytes }
  const begin = start + storage.offset * torchItemSize(storage.dtype) + tensor.offset * torchItemSize(dtype)
  return { name, dtype, shape, bytes, begin, end: begin + bytes }
}

function placeArray(name: string, array: Exclude<NamedTensor['tensor'], PickleTensor>): TensorView {
  const { dtype, shape, range } = array
  const bytes = Number(elements(shape)) * dtype.size
  const isThere = range !== undefined && dtype.isPlain && range.end - range.begin === bytes
  return { name, dtype: dtype.name, shape, bytes, ...(isThere && range) }
}

// A dimension of one element, or of none, may have any stride.
function isRowByRow({ shape, strides = [] }: PickleTensor): boolean {
  if (shape.includes(0)) return true
  let step = 1
  return shape.every((_, index) => {
    const axis = shape.length - 1 - index
    const fits = shape[axis] === 1 || strides[axis] === step
    step *= shape[axis]!
    return fits
  })
}
