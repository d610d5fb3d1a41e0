import type { World } from '../domain/world.ts'
import { checkCardText, type CheckedCard } from '../schema/check-card-text.ts'
import { findCard, requireCard, type FoundCard } from './find-card.ts'

/** A card as it is shown. */
export interface ShownCard extends CheckedCard {
  found: FoundCard
  /** The card's text: of these weights, or of the earlier ones where these have none. */
  text: string
  /** The commit of the earlier weights that the card is for; undefined where it is for these. */
  staleFrom: string | undefined
}

/**
 * Reads a model's card; a stale one where the weights changed since it was written.
 *
 * @throws ModelError `card-missing`, `weights-absent`, `model-unknown`.
 */
export async function showModelCard(world: World, spec: string): Promise<ShownCard> {
  const found = await findCard(world, spec)
  const stale = found.text === undefined && found.model.target !== undefined ? found.previous : undefined
  const text = stale?.text ?? requireCard(found)
  return { found, text, staleFrom: stale?.commit, ...checkCardText(text) }
}
