import type { ComparePiece } from './compare-piece.ts'
import type { HashPiece } from './hash-piece.ts'
import { numberKind } from './number-kind.ts'
import { runPieces } from './run-pieces.ts'
import { checkUnchanged, type PlacedWeights, type TensorPlace } from './place-tensors.ts'

/** A tensor and what its content is, in short. */
export interface TensorDigest {
  name: string
  dtype: string
  shape: number[]
  /** SHA-256 of its bytes; absent where they do not stand in the file as they are. */
  sha256?: string
  /** L2 norm of its finite elements; absent where the dtype is not read as numbers. */
  norm?: number
  /** How many elements are NaN or infinite. */
  odd?: number
}

/** Digests every tensor, in the order of their names, in which a number counts as such. */
export async function digestTensors(weights: PlacedWeights): Promise<TensorDigest[]> {
  const tensors = [...weights.tensors].sort(byName)
  const here = tensors.filter(({ offset }) => offset !== undefined)
  const numeric = here.filter(({ dtype }) => numberKind(dtype) !== undefined)
  const hashes = await runPieces(here.map(toHash))
  const stats = await runPieces(numeric.map(toCompare))
  checkUnchanged(weights)
  const hashOf = new Map(here.map((tensor, index) => [tensor, hashes[index]!]))
  const statsOf = new Map(numeric.map((tensor, index) => [tensor, stats[index]!]))
  return tensors.map((tensor) => {
    const { name, dtype, shape } = tensor
    const [sha256, sums] = [hashOf.get(tensor), statsOf.get(tensor)]
    const odd = sums === undefined ? 0 : sums.nan + sums.infinite
    return {
      ...{ name, dtype, shape },
      ...(sha256 !== undefined && { sha256 }),
      ...(sums !== undefined && { norm: Math.sqrt(sums.first) }),
      ...(odd > 0 && { odd }),
    }
  })
}

const collator = new Intl.Collator('en', { numeric: true })

function byName(a: TensorPlace, b: TensorPlace): number {
  return collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)
}

function toHash({ file, offset = 0, bytes = 0 }: TensorPlace): HashPiece {
  return { kind: 'hash', file, offset, bytes }
}

// A tensor beside itself: the norm is a part of every comparison.
function toCompare({ file, offset = 0, bytes = 0, dtype }: TensorPlace): ComparePiece {
  const stretch = { file, offset, dtype }
  return { kind: 'compare', count: bytes / numberKind(dtype)!.width, a: stretch, b: stretch }
}
