/** A tensor in a list for people. */
export interface ListedTensor {
  name: string
  dtype: string
  shape: readonly number[]
  /** In bytes; absent where it is not known. */
  bytes?: number
}

/** Tensors that are shown in one line. */
export interface FoldedTensors extends ListedTensor {
  /** How many they are. */
  count: number
}

const NUMBER = /(?<=^|[._/-])\d+(?=$|[._/:-])/g

/**
 * Folds tensors of one dtype and shape whose names differ only in their numbers, as those of repeated layers do, into
 * one line: `model.layers.{0…31}.mlp.weight`. The order is that of the first of each; `bytes` is the sum.
 */
export function foldTensors(tensors: readonly ListedTensor[]): FoldedTensors[] {
  const groups = new Map<string, ListedTensor[]>()
  for (const tensor of tensors) {
    const key = `${tensor.dtype} ${tensor.shape.join()} ${tensor.name.replace(NUMBER, '#')}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [tensor])
    else group.push(tensor)
  }
  return [...groups.values()].map(fold)
}

function fold(group: readonly ListedTensor[]): FoldedTensors {
  const [first] = group as [ListedTensor, ...ListedTensor[]]
  const { bytes: _, ...rest } = first
  const isKnown = group.every(({ bytes }) => bytes !== undefined)
  const bytes = group.reduce((sum, tensor) => sum + (tensor.bytes ?? 0), 0)
  return {
    ...rest,
    name: foldName(group.map(({ name }) => name)),
    count: group.length,
    ...(isKnown && { bytes }),
  }
}

// The lowest and the highest of each number that differs.
function foldName(names: readonly string[]): string {
  if (names.length === 1) return names[0]!
  const lowest: number[] = []
  const highest: number[] = []
  for (const name of names) {
    for (const [place, digits] of (name.match(NUMBER) ?? []).entries()) {
      lowest[place] = Math.min(lowest[place] ?? Infinity, Number(digits))
      highest[place] = Math.max(highest[place] ?? 0, Number(digits))
    }
  }
  let place = -1
  return names[0]!.replace(NUMBER, (digits) => {
    place += 1
    return lowest[place] === highest[place] ? digits : `{${lowest[place]}…${highest[place]}}`
  })
}
