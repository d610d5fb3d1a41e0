import { parseCardAssignment, type CardAssignment } from '../domain/card-assignment.ts'
import { parseCardPath } from '../domain/card-path.ts'
import { WHOLE_CARD, type CardProblem } from '../domain/card.ts'
import { diffCardFields } from '../domain/card-fields.ts'
import { ModelError } from '../domain/errors.ts'
import { quoteShell } from '../domain/quote-shell.ts'
import { safeText } from '../domain/safe-text.ts'
import { specOf } from '../domain/model-spec.ts'
import type { World } from '../domain/world.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { openCard } from '../schema/card-document.ts'
import { writeCardText } from '../store/cards.ts'
import type { ModelAt } from '../store/models.ts'
import { conflictSides, type ConflictSides, type ConflictValue } from './conflict-sides.ts'
import { findCard, requireCard, type FoundCard } from './find-card.ts'
import { setCard, type CardEdit } from './set-card.ts'

/** Which value of a conflict is to stay. */
export type ConflictChoice =
  /** Ours is what the person wrote whom git knows here. */
  | { take: 'ours' | 'theirs' | 'base' }
  /** From 1, in the order of the list. */
  | { take: number }
  /** A value of one's own, as it is typed behind `field=`. */
  | { value: string }

/** The conflicts of a card, and what became of them. */
export interface ResolvedCard {
  model: ModelAt
  /** Those that were there. */
  conflicts: ConflictSides[]
  /** Undefined where no choice was made. */
  edit: CardEdit | undefined
}

/**
 * Lists the conflicts of a model's card, or settles one of them or all. All of them are settled, or none.
 *
 * @param field - undefined for the only conflict.
 * @throws ModelError `argument-invalid` when there is no such conflict or the choice names no value; as `setCard`.
 */
export async function resolveCard(
  world: World,
  spec: string,
  choice?: ConflictChoice,
  field?: string,
  all = false,
): Promise<ResolvedCard> {
  const found = await findCard(world, spec)
  const conflicts = await conflictSides(found)
  const named = conflicts.filter((conflict) => field === undefined || conflict.field === field)
  if (field !== undefined && named.length === 0) throw noConflict(found.model, field, conflicts)
  if (choice === undefined || conflicts.length === 0)
    return { model: found.model, conflicts: named, edit: undefined }
  if (named.length > 1 && !all) throw chooseField(found.model, conflicts)
  return { model: found.model, conflicts: named, edit: await settle(world, spec, found, named, choice) }
}

async function settle(
  world: World,
  spec: string,
  found: FoundCard,
  conflicts: readonly ConflictSides[],
  choice: ConflictChoice,
): Promise<CardEdit> {
  const whole = conflicts.find(({ field }) => field === WHOLE_CARD)
  if (whole === undefined) {
    return setCard(
      world,
      spec,
      conflicts.map((conflict) => toAssignment(found.model, conflict, choice)),
    )
  }
  if (conflicts.length > 1) throw chooseField(found.model, conflicts)
  return takeWhole(found, whole, choice)
}

function toAssignment(model: ModelAt, conflict: ConflictSides, choice: ConflictChoice): CardAssignment {
  if ('value' in choice) return parseCardAssignment(`${conflict.field}=${choice.value}`)
  const { value, removed } = pick(model, conflict, choice)
  const path = parseCardPath(conflict.field)
  return removed ? { path, action: 'unset', values: [undefined] } : { path, action: 'set', values: [value] }
}

function pick(
  model: ModelAt,
  conflict: ConflictSides,
  choice: Exclude<ConflictChoice, { value: string }>,
): { value: unknown; removed: boolean } {
  const { take } = choice
  if (take === 'base') {
    if (conflict.base !== undefined) return conflict.base
    throw cannotTell(model, conflict, 'the history does not tell what both were made from')
  }
  if (typeof take === 'number') {
    const value = conflict.values[take - 1]
    if (value !== undefined) return value
    throw cannotTell(model, conflict, `it has the values 1 to ${conflict.values.length}, and no ${take}`)
  }
  const fitting: ConflictValue[] = conflict.values.filter(({ side }) => side === take)
  if (fitting.length === 1) return fitting[0]!
  const why =
    fitting.length > 1
      ? `${fitting.length} of its values are ${take}`
      : `the history does not tell that one of its values is ${take}`
  throw cannotTell(model, conflict, why)
}

// Both values are whole texts: the chosen one becomes the card.
async function takeWhole(
  found: FoundCard,
  conflict: ConflictSides,
  choice: ConflictChoice,
): Promise<CardEdit> {
  if ('value' in choice || choice.take === 'base') throw editWhole(found.model)
  const { value } = pick(found.model, conflict, choice)
  const text = String(value)
  const { card, problems } = checkCardText(text)
  const problem: CardProblem | undefined = problems.find(({ message }) => !message.startsWith('was changed'))
  if (card === undefined || problem !== undefined) {
    throw new ModelError('card-invalid', `this text is no valid card: ${problem?.message ?? 'no card'}`, {
      hints: [`git model card edit ${specOf(found.model)}`],
      data: { field: WHOLE_CARD },
    })
  }
  const before = requireCard(found)
  const message = `card of ${found.model.name}: settled`
  await writeCardText(found.store, found.model.target!, text, message, found.stored)
  return {
    model: found.model,
    changes: diffCardFields(openCard(before).value, openCard(text).value),
    settled: [WHOLE_CARD],
    warnings: [],
  }
}

function noConflict(model: ModelAt, field: string, conflicts: readonly ConflictSides[]): ModelError {
  const others = conflicts.map((conflict) => safeText(conflict.field)).join(', ')
  const set = `git model card set ${specOf(model)} ${safeText(quoteShell(`${field}=VALUE`))}`
  const hint = others === '' ? set : `in conflict: ${others}`
  return new ModelError('argument-invalid', `"${field}" of the card of "${model.name}" is in no conflict`, {
    hints: [hint],
    data: { field },
  })
}

function chooseField(model: ModelAt, conflicts: readonly ConflictSides[]): ModelError {
  const fields = conflicts.map(({ field }) => field)
  const shown = fields.map(safeText).join(', ')
  return new ModelError('argument-invalid', `the card of "${model.name}" has ${fields.length} conflicts`, {
    hints: [`name one of them: ${shown}`, 'or settle each in the same way with --all'],
    data: { fields },
  })
}

function cannotTell(model: ModelAt, { field }: ConflictSides, why: string): ModelError {
  return new ModelError('argument-invalid', `nothing was settled: of "${field}", ${why}`, {
    hints: [`git model card resolve ${specOf(model)} shows the values; take one by its number: --take 1`],
    data: { field },
  })
}

function editWhole(model: ModelAt): ModelError {
  return new ModelError('argument-invalid', 'this conflict is of two whole texts', {
    hints: [
      `take one: git model card resolve ${specOf(model)} --take 1`,
      `git model card edit ${specOf(model)}`,
    ],
    data: { field: WHOLE_CARD },
  })
}
