import type { Card, CardDetails } from './card.ts'
import { isMap, member } from './card-value.ts'

/** The parts of a card that say something of particular weights. */
export type WeightParts = Required<Pick<CardDetails, 'weights' | 'training' | 'evaluation' | 'data'>>

/** A card for new weights that was made from the one of earlier weights. */
export interface RenewedCard {
  card: Card
  /** Fields that speak of the earlier weights perhaps, and that somebody has to look at. */
  review: string[]
}

/**
 * Makes the card of new weights from the card of earlier ones. What people wrote stays; what was said of the earlier
 * weights (files, training, measurements, version) is replaced by what is known of the new ones, or by unknown.
 */
export function renewCard(previous: Card, parts: WeightParts): RenewedCard {
  const before: CardDetails = isMap(previous.card) ? previous.card : {}
  const identity = isMap(before.identity) ? before.identity : undefined
  const data = renewData(before.data, parts.data)
  const card: CardDetails = {
    ...before,
    ...(identity !== undefined && {
      identity: { ...identity, ...('version' in identity && { version: null }) },
    }),
    weights: parts.weights,
    training: parts.training,
    ...(data.length > 0 && { data }),
    evaluation: parts.evaluation,
  }
  if (parts.evaluation.length === 0) delete card.evaluation
  const review = [
    ...(member(identity, 'version') == null ? [] : ['card.identity.version']),
    ...(parts.data.length > 0 || (before.data ?? []).length === 0 ? [] : ['card.data']),
    ...(previous['model-index'] == null ? [] : ['model-index']),
    ...(typeof before.body === 'string' && /\d/.test(before.body) ? ['card.body'] : []),
  ]
  return { card: { ...previous, card }, review }
}

// What people wrote of a data set stays with it.
function renewData(before: CardDetails['data'], now: WeightParts['data']): WeightParts['data'] {
  if (now.length === 0) return before ?? []
  const known = new Map((before ?? []).map((item) => [item['id'], item]))
  return now.map((item) => ({ ...item, ...known.get(item['id']), digest: item['digest'] }))
}
