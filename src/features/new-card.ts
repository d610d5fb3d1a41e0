import type { Card, CardDetails } from '../domain/card.ts'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { renewCard } from '../domain/renew-card.ts'
import { specOf } from '../domain/model-spec.ts'
import type { World } from '../domain/world.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { composeCard } from '../schema/compose-card.ts'
import { updateCardText } from '../schema/update-card-text.ts'
import { writeCardText } from '../store/cards.ts'
import type { ModelAt } from '../store/models.ts'
import { cardFacts, type CardFacts } from './card-facts.ts'
import { findCard, requireWeights, type FoundCard, type PreviousCard } from './find-card.ts'

/** A card that was written. */
export interface NewCard {
  model: ModelAt
  /** Name and id of the run that produced the weights; undefined where none is known to have. */
  run: { run: string; name: string } | undefined
  /** The commit of the card that this one was made from; undefined for a skeleton. */
  from: string | undefined
  /** The fields that are marked unknown. */
  unknown: string[]
  /** The fields that were taken over and speak of the earlier weights perhaps. */
  review: string[]
  text: string
}

/**
 * Writes the card of weights that have none: from the card of the earlier weights where there is one, otherwise a
 * skeleton. Files, training and measurements come from the weights and the run that produced them. Nothing is
 * guessed: what is not known is marked so.
 *
 * @param name - what the model is called, where neither the configuration nor its path says it.
 * @throws ModelError `card-exists`, `weights-absent`, `model-unknown`.
 */
export async function newCard(world: World, spec: string, name?: string): Promise<NewCard> {
  const at = await findCard(world, spec)
  const found = name === undefined ? at : { ...at, model: { ...at.model, name } }
  const { store, model } = found
  const target = requireWeights(model)
  if (found.text !== undefined) throw cardExists(model)
  return writeNewCard(found, target, await cardFacts(store, model))
}

/** Writes the card of weights that have none, with facts that were gathered already. As {@link newCard}. */
export async function writeNewCard(
  { store, model, previous }: FoundCard,
  target: Oid,
  facts: CardFacts,
): Promise<NewCard> {
  const { text, review } = previous === undefined ? skeleton(model, facts) : renewed(model, previous, facts)
  await writeCardText(
    store,
    target,
    text,
    `card of ${model.name}: ${previous === undefined ? 'new' : 'renewed'}`,
  )
  const { run } = facts
  return {
    model,
    run: run === undefined ? undefined : { run: run.run, name: run.name },
    from: previous?.commit,
    unknown: checkCardText(text).unknown,
    review,
    text,
  }
}

/** Returns the strict part of a card that nobody has written on yet. */
export function skeletonDetails(model: ModelAt, { details }: CardFacts): CardDetails {
  return {
    identity: { name: model.name, version: null, overview: null, owners: null },
    weights: details.weights,
    training: details.training,
    ...(details.data.length > 0 && { data: details.data }),
    ...(details.evaluation.length > 0 && { evaluation: details.evaluation }),
    considerations: { users: null, use_cases: null, out_of_scope: null, limitations: null, ethical: null },
    environment: { energy: null, emissions: null },
  }
}

function skeleton(model: ModelAt, facts: CardFacts): { text: string; review: string[] } {
  const details = { ...skeletonDetails(model, facts), body: `# ${model.name}\n` }
  return { text: composeCard('license: unknown\n', details), review: [] }
}

function renewed(
  model: ModelAt,
  previous: PreviousCard,
  facts: CardFacts,
): { text: string; review: string[] } {
  const { card, newer, problems } = checkCardText(previous.text)
  if (card === undefined || newer || problems.length > 0)
    throw unfitPrevious(model, previous, problems[0]?.message)
  const { card: next, review } = renewCard(card, facts.details)
  return { text: updateCardText(previous.text, [], next satisfies Card), review }
}

function cardExists(model: ModelAt): ModelError {
  return new ModelError('card-exists', `"${model.name}" has a card, and it is for these weights`, {
    hints: [`git model card show ${specOf(model)}`, `git model card edit ${specOf(model)}`],
    data: { model: model.name, target: model.target },
  })
}

function unfitPrevious(
  model: ModelAt,
  { commit }: PreviousCard,
  problem = 'a newer version of git-model wrote it',
): ModelError {
  const earlier = specOf({ name: model.name, revision: commit })
  return new ModelError(
    'card-invalid',
    `the card of ${commit.slice(0, 12)} cannot be carried over: ${problem}`,
    {
      hints: [`git model card check ${earlier}`, `git model card edit ${earlier}`],
      data: { commit },
    },
  )
}
