import { isModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { openRepository } from '../git/repository.ts'
import { fetchObject } from '../lfs/fetch-object.ts'
import { findWeights, type FoundWeights } from './find-weights.ts'

/** Says what is being fetched, before it is. @param size - in bytes. */
export type OnFetch = (path: string, size: number) => void

/**
 * Finds weights as {@link findWeights} does, and fetches what is not here: those objects and no others.
 *
 * @throws ModelError as {@link findWeights}, `lfs-missing`, and `weights-absent` where the remote has them neither.
 */
export async function fetchWeights(world: World, spec: string, onFetch: OnFetch): Promise<FoundWeights> {
  const tried = new Set<unknown>()
  for (;;) {
    try {
      return await findWeights(world, spec)
    } catch (error) {
      if (!isModelError(error, 'weights-absent')) throw error
      const { path, oid, size } = error.data
      if (typeof path !== 'string' || typeof oid !== 'string' || typeof size !== 'number' || tried.has(oid))
        throw error
      tried.add(oid)
      onFetch(path, size)
      const { root } = await openRepository(world)
      await fetchObject(root, { oid, size }, path)
    }
  }
}
