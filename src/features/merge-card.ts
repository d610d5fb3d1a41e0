import type { CardMerge } from '../domain/card.ts'
import { isModelError } from '../domain/errors.ts'
import { formatPointer, sha256Name, type LfsPointer } from '../domain/lfs-pointer.ts'
import type { MergeMethod } from '../domain/merge-strategy.ts'
import { gitLine } from '../git/run-git.ts'
import { readConfig } from '../store/config.ts'
import type { ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { cardFacts } from './card-facts.ts'
import { findCardOf } from './find-card.ts'
import { writeNewCard } from './new-card.ts'

/** Weights that were merged, and from what. */
export interface MergedWeights {
  /** Path in the repository. */
  path: string
  pointer: LfsPointer
  method: MergeMethod
  /** SHA-256 of the inputs, in their order. */
  parents: readonly string[]
  /** SHA-256 of the base; undefined where there was none. */
  base: string | undefined
}

/**
 * Writes the card of merged weights: from the card of the earlier weights at that path, with the parents and the
 * method under `card.training.merge`. A card that these weights have already stays.
 *
 * @returns why none was written; undefined where there is one now.
 */
export async function writeMergeCard(store: Store, merged: MergedWeights): Promise<string | undefined> {
  const { path, pointer } = merged
  const target = await gitLine(store.repo, ['hash-object', '-w', '--stdin'], {
    input: formatPointer(pointer),
  })
  const model = await modelOf(store, path, target, pointer)
  try {
    const found = await findCardOf(store, model)
    if (found.text !== undefined) return undefined
    const facts = await cardFacts(store, model)
    const training = { ...facts.details.training, merge: describeMerge(merged) }
    await writeNewCard(found, target, { ...facts, details: { ...facts.details, training } })
    return undefined
  } catch (error) {
    if (isModelError(error)) return error.message
    throw error
  }
}

async function modelOf(store: Store, path: string, target: string, pointer: LfsPointer): Promise<ModelAt> {
  const { models = {} } = await readConfig(store.repo)
  const named = Object.entries(models).find(([, model]) => model.path === path)
  const [name, config] = named ?? [path, { path }]
  return { name, path, revision: undefined, target, pointers: [{ path, ...pointer }], config }
}

function describeMerge({ method, parents, base }: MergedWeights): CardMerge {
  const { strategy, weights, scale, density, position } = method
  const isWeighted = strategy === 'weighted' || strategy === 'task-arithmetic' || strategy === 'ties'
  const addsChanges = strategy === 'task-arithmetic' || strategy === 'ties'
  return {
    strategy,
    parents: parents.map((oid, index) => ({
      oid: sha256Name(oid),
      ...(isWeighted && { weight: weights[index]! }),
    })),
    ...(base !== undefined && { base: sha256Name(base) }),
    ...(addsChanges && { scale }),
    ...(strategy === 'ties' && { density }),
    ...(strategy === 'slerp' && { position }),
  }
}
