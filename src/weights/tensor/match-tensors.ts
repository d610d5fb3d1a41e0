import type { TensorPlace } from './place-tensors.ts'

/** A tensor on both sides, or on one. */
export interface TensorPair {
  before?: TensorPlace
  after?: TensorPlace
}

/** Pairs tensors by name, in the order of the second side; those that it lacks come last. */
export function matchTensors(before: readonly TensorPlace[], after: readonly TensorPlace[]): TensorPair[] {
  const first = new Map(before.map((tensor) => [tensor.name, tensor]))
  const second = new Set(after.map(({ name }) => name))
  return [
    ...after.map((tensor): TensorPair => {
      const earlier = first.get(tensor.name)
      return earlier === undefined ? { after: tensor } : { before: earlier, after: tensor }
    }),
    ...before.filter(({ name }) => !second.has(name)).map((tensor) => ({ before: tensor })),
  ]
}

/** Tensors of one side that may be those of the other under a new name: there is one with that dtype and shape. */
export function renameCandidates(pairs: readonly TensorPair[]): {
  gone: TensorPlace[]
  come: TensorPlace[]
} {
  const isThere = ({ offset }: TensorPlace): boolean => offset !== undefined
  const gone = pairs.flatMap(({ before, after }) => (after === undefined ? [before!] : [])).filter(isThere)
  const come = pairs.flatMap(({ before, after }) => (before === undefined ? [after!] : [])).filter(isThere)
  const [left, right] = [new Set(gone.map(layout)), new Set(come.map(layout))]
  return {
    gone: gone.filter((tensor) => right.has(layout(tensor))),
    come: come.filter((tensor) => left.has(layout(tensor))),
  }
}

/**
 * Joins the pairs of tensors that have the same content under two names. Where several have it, one whose name ends
 * alike is taken first.
 *
 * @param digests - of the candidates' content.
 */
export function joinRenamed(
  pairs: readonly TensorPair[],
  digests: ReadonlyMap<TensorPlace, string>,
): TensorPair[] {
  const key = (tensor: TensorPlace): string => `${digests.get(tensor)} ${layout(tensor)}`
  const gone = new Map<string, TensorPlace[]>()
  for (const { before, after } of pairs) {
    if (after === undefined && digests.has(before!))
      gone.set(key(before!), [...(gone.get(key(before!)) ?? []), before!])
  }
  const taken = new Set<TensorPlace>()
  const joined = pairs.map(({ before, after }): TensorPair => {
    if (before !== undefined || !digests.has(after!))
      return { ...(before && { before }), ...(after && { after }) }
    const free = (gone.get(key(after!)) ?? []).filter((tensor) => !taken.has(tensor))
    const source = free.find((tensor) => lastPart(tensor) === lastPart(after!)) ?? free[0]
    if (source === undefined) return { after: after! }
    taken.add(source)
    return { before: source, after: after! }
  })
  return joined.filter(({ before, after }) => after !== undefined || !taken.has(before!))
}

function layout({ dtype, shape }: TensorPlace): string {
  return `${dtype} ${shape.join(',')}`
}

function lastPart({ name }: TensorPlace): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1)
}
