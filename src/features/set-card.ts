import type { CardPath, CardProblem } from '../domain/card.ts'
import { formatCardPath, parseCardPath } from '../domain/card-path.ts'
import { diffCardFields, type CardChange } from '../domain/card-fields.ts'
import type { CardAssignment } from '../domain/card-assignment.ts'
import { ModelError } from '../domain/errors.ts'
import { specOf } from '../domain/model-spec.ts'
import type { World } from '../domain/world.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { cardMembers } from '../schema/card-members.ts'
import { openCard } from '../schema/card-document.ts'
import { appendCardItem, removeCardItem, setCardField, unsetCardField } from '../schema/edit-card-text.ts'
import { settleConflicts } from '../schema/settle-conflicts.ts'
import { writeCardText } from '../store/cards.ts'
import type { ModelAt } from '../store/models.ts'
import { findCard, naming, requireCard } from './find-card.ts'

/** What became of a card. */
export interface CardEdit {
  model: ModelAt
  /** What changed, field by field. */
  changes: CardChange[]
  /** The fields whose conflict is settled now. */
  settled: string[]
  /** What is allowed, but is hardly meant, in the changed fields. */
  warnings: CardProblem[]
}

/**
 * Changes fields of a model's card. All of the changes are made, or none.
 *
 * @throws ModelError `card-missing`, `card-invalid` when the card would not be valid, `argument-invalid`,
 * `note-newer`, `card-conflict` when somebody else changed it at the same moment.
 */
export async function setCard(
  world: World,
  spec: string,
  assignments: readonly CardAssignment[],
): Promise<CardEdit> {
  const found = await findCard(world, spec)
  const before = requireCard(found)
  refuseNewer(before, found.model)
  const paths = assignments.map(({ path }) => path)
  const { text, settled } = naming(found.model, () => {
    const edited = assignments.reduce(
      (standing, assignment) => apply(standing, assignment, found.model),
      before,
    )
    return settleConflicts(edited, paths)
  })
  if (text !== found.stored) {
    const changed = [...new Set(paths.map(formatCardPath))].join(', ')
    await writeCardText(
      found.store,
      found.model.target!,
      text,
      `card of ${found.model.name}: ${changed}`,
      found.stored,
    )
  }
  const names = paths.map(formatCardPath)
  return {
    model: found.model,
    changes: diffCardFields(openCard(before).value, openCard(text).value),
    settled,
    warnings: checkCardText(text).warnings.filter(({ field }) =>
      names.some((name) => name.startsWith(field)),
    ),
  }
}

/** @throws ModelError `note-newer` for a card that only a newer version of the program may rewrite. */
export function refuseNewer(text: string, model: ModelAt): void {
  const { newer, card } = checkCardText(text)
  if (!newer) return
  throw new ModelError(
    'note-newer',
    `the card of "${model.name}" is ${String(card?.schema)}, which is newer than this program`,
    {
      hints: ['upgrade git-model; until then: git model card show ' + specOf(model)],
      data: { model: model.name },
    },
  )
}

// A value is taken in the first of its readings that the schema allows: `version=1.0` is the text "1.0", not 1.
function apply(text: string, assignment: CardAssignment, model: ModelAt): string {
  const known = new Set(checkCardText(text).problems.map(key))
  let refused: CardProblem | undefined
  for (const value of assignment.values) {
    const edited = change(text, assignment, value)
    const problem = checkCardText(edited).problems.find((found) => !known.has(key(found)))
    if (problem === undefined) return edited
    refused ??= problem
  }
  throw wouldBreak(assignment.path, refused!, model)
}

function change(text: string, { path, action }: CardAssignment, value: unknown): string {
  if (action === 'append') return appendCardItem(text, path, value)
  if (action === 'remove') return removeCardItem(text, path, value)
  return action === 'unset' ? unsetCardField(text, path) : setCardField(text, path, value)
}

function knownMembers(field: string): string[] {
  const parent = field === '' ? [] : parseCardPath(field).slice(0, -1)
  const members = parent.length === 0 ? [] : cardMembers(parent)
  return members.length === 0 ? [] : [`${formatCardPath(parent)} has: ${members.join(', ')}`]
}

function key({ field, message }: CardProblem): string {
  return `${field}\n${message}`
}

function wouldBreak(path: CardPath, { field, message }: CardProblem, model: ModelAt): ModelError {
  const name = formatCardPath(path)
  const where = field === name || field === '' ? `"${name}"` : `"${field}"`
  return new ModelError('card-invalid', `the card of "${model.name}" stays as it was: ${where} ${message}`, {
    hints: [...knownMembers(field), `git model card edit ${specOf(model)}`],
    data: { field, message },
  })
}
