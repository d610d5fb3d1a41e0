import { objectPath } from '../lfs/lfs-store.ts'
import { hasObject } from '../lfs/transfer.ts'
import type { LfsFile } from '../store/read-pointers.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'
import { checkWeights } from '../weights/check/check-weights.ts'
import { isSuspect } from '../weights/check/is-suspect.ts'
import { PRESETS } from '../weights/presets.ts'

/**
 * Returns those of some files in Git LFS that are weights, or that would run code: by their content where it is here,
 * by their name where it is not. Who proposes a change decides what `.gitmodel.yaml` names, so that a review must not
 * go by that alone.
 */
export async function unnamedWeights(store: Store, files: readonly LfsFile[]): Promise<LfsFile[]> {
  const lfs = await openLfsStore(store.repo)
  return files.filter(({ oid, path }) => {
    if (!hasObject(lfs, oid)) return isCalledWeights(path)
    const check = checkWeights(objectPath(lfs, oid), path)
    return check.format !== 'unknown' || isSuspect(check)
  })
}

function isCalledWeights(path: string): boolean {
  return [...PRESETS.weights, '*.bin'].some((pattern) => path.toLowerCase().endsWith(pattern.slice(1)))
}
