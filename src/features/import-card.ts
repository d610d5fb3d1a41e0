import { readFileSync } from 'node:fs'
import path from 'node:path'
import { diffCardFields, type CardChange } from '../domain/card-fields.ts'
import { WHOLE_CARD, type Card, type CardConflict, type CardDetails, type CardPath } from '../domain/card.ts'
import { parseCardPath } from '../domain/card-path.ts'
import { ModelError } from '../domain/errors.ts'
import { renewCard } from '../domain/renew-card.ts'
import type { World } from '../domain/world.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { importReadme } from '../schema/import-readme.ts'
import { settleConflicts } from '../schema/settle-conflicts.ts'
import { writeCardText } from '../store/cards.ts'
import type { ModelAt } from '../store/models.ts'
import { cardFacts } from './card-facts.ts'
import { findCard, requireWeights, type FoundCard } from './find-card.ts'
import { skeletonDetails } from './new-card.ts'
import { refuseNewer } from './set-card.ts'

/** A README.md that became a card. */
export interface ImportedCard {
  model: ModelAt
  /** Whether the weights had a card before; its strict part stays. */
  existed: boolean
  changes: CardChange[]
  /** The fields that are marked unknown. */
  unknown: string[]
}

/**
 * Takes a Hugging Face README.md into a model's card: front matter and text. The strict part stays as it is, or is
 * filled with what is known where there was no card.
 *
 * @param file - relative to where the user stands.
 * @throws ModelError `card-invalid` with line and column in the file, `weights-absent`, `argument-invalid`.
 */
export async function importCard(world: World, spec: string, file: string): Promise<ImportedCard> {
  const readme = readText(path.resolve(world.cwd, file), file)
  const found = await findCard(world, spec)
  const target = requireWeights(found.model)
  const before = found.text === undefined ? undefined : standing(found.text, found)
  const imported = importReadme(readme, before?.card ?? (await startingDetails(found)), file)
  const { text } = settleConflicts(imported, settledBy(checkCardText(imported).conflicts))
  const { problems, card, unknown } = checkCardText(text)
  const problem = problems.find(({ field }) => !field.startsWith('card.'))
  if (problem !== undefined) throw invalid(file, readme, text, problem)
  if (text !== found.stored) {
    await writeCardText(
      found.store,
      target,
      text,
      `card of ${found.model.name}: imported from ${path.basename(file)}`,
      found.stored,
    )
  }
  return {
    model: found.model,
    existed: before !== undefined,
    changes: diffCardFields(before ?? {}, card),
    unknown,
  }
}

// The strict part of a card that the weights do not have yet.
async function startingDetails({ store, model, previous }: FoundCard): Promise<CardDetails> {
  const facts = await cardFacts(store, model)
  const earlier = previous === undefined ? undefined : checkCardText(previous.text)
  if (earlier?.card === undefined || earlier.newer || earlier.problems.length > 0)
    return skeletonDetails(model, facts)
  return renewCard(earlier.card, facts.details).card.card ?? {}
}

// A README says all of the metadata and of the text, and nothing of the strict part.
function settledBy(conflicts: readonly CardConflict[]): CardPath[] {
  const fields = conflicts.map(({ field }) => field).filter((field) => field !== WHOLE_CARD)
  return fields.filter((field) => field === 'card.body' || !field.startsWith('card.')).map(parseCardPath)
}

function standing(text: string, { model }: FoundCard): Card | undefined {
  refuseNewer(text, model)
  return checkCardText(text).card
}

function readText(target: string, file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(target)
  } catch (error) {
    throw new ModelError('argument-invalid', `"${file}" cannot be read: ${reasonOf(error)}`, {
      hints: ['name the README.md of the model'],
      cause: error,
    })
  }
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes)) return text
  throw new ModelError('card-invalid', `"${file}" is not UTF-8`, {
    hints: [`convert it, then import it again`],
    data: { file },
  })
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  return code === 'EISDIR' ? 'it is a folder' : message
}

function invalid(
  file: string,
  readme: string,
  text: string,
  {
    field,
    message,
    line = 1,
    column = 1,
  }: { field: string; message: string; line?: number; column?: number },
): ModelError {
  // the front matter stands in the card line by line, only lower or higher
  const shown = text.split('\n')[line - 1]!.trimEnd()
  const at = readme.split('\n').findIndex((other) => other.trimEnd() === shown) + 1
  const where = at === 0 ? '' : `, line ${at}, column ${column}`
  return new ModelError('card-invalid', `"${file}"${where}: "${field}" ${message}`, {
    hints: [`mend ${file}, then import it again`],
    data: { file, field, message },
  })
}
