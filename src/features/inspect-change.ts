import { isModelError } from '../domain/errors.ts'
import type { FileChange, FileContent } from '../domain/comparison.ts'
import type { WeightsDiff } from '../domain/weights-diff.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import { hasObject } from '../lfs/transfer.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'
import { checkWeights } from '../weights/check/check-weights.ts'
import { isSuspect } from '../weights/check/is-suspect.ts'
import type { WeightsCheck } from '../weights/check/weights-check.ts'
import { diffTensors } from '../weights/tensor/diff-tensors.ts'
import { placeTensors } from '../weights/tensor/place-tensors.ts'

/** What a look into a weight file that differs found. */
export interface InspectedChange {
  /** What loading the new content would run; absent where the content is not here. */
  check?: WeightsCheck
  /** Whether loading it runs more than plain tensors need, as far as can be told. */
  isSuspect: boolean
  /** Absent where a content is not here, or lists no tensors. */
  diff?: WeightsDiff
  /** Whose contents are not in this clone. */
  absent: ('base' | 'head')[]
}

/** Contents that are larger together are compared by their headers, in bytes: a review does not read gigabytes. */
const MAX_COMPARED = 512_000_000

/** Looks into a weight file that differs, as far as its contents are in this clone. Nothing is fetched. */
export async function inspectChange(store: Store, file: FileChange): Promise<InspectedChange> {
  const lfs = await openLfsStore(store.repo)
  const find = (content: FileContent | undefined): string | undefined =>
    content !== undefined && hasObject(lfs, content.oid) ? objectPath(lfs, content.oid) : undefined
  const [base, head] = [find(file.base), find(file.head)]
  const absent = (['base', 'head'] as const).filter(
    (side) => file[side] !== undefined && (side === 'base' ? base : head) === undefined,
  )
  const check = head === undefined ? undefined : checkWeights(head, file.path)
  const size = (file.base?.size ?? 0) + (file.head?.size ?? 0)
  const diff =
    base === undefined || head === undefined ? undefined : await tryDiff(file.path, base, head, size)
  const suspect = check !== undefined && isSuspect(check)
  return {
    absent,
    isSuspect: suspect,
    ...(check !== undefined && { check }),
    ...(diff !== undefined && { diff }),
  }
}

// A damaged file, or one whose tensors are not listed, has been judged already.
async function tryDiff(
  name: string,
  base: string,
  head: string,
  size: number,
): Promise<WeightsDiff | undefined> {
  try {
    const [before, after] = await Promise.all([base, head].map((file) => placeTensors([{ file, name }])))
    const labelled = [
      { ...before!, label: 'base' },
      { ...after!, label: 'head' },
    ] as const
    return await diffTensors(labelled[0], labelled[1], { headers: size > MAX_COMPARED })
  } catch (error) {
    if (isModelError(error)) return undefined
    throw error
  }
}
