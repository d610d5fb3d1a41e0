import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { diffCardFields } from '../domain/card-fields.ts'
import { ModelError } from '../domain/errors.ts'
import { specOf } from '../domain/model-spec.ts'
import type { World } from '../domain/world.ts'
import { openEditor } from '../git/open-editor.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { mergeCards } from '../schema/merge-cards.ts'
import { readCardText, writeCardText } from '../store/cards.ts'
import { refreshStore } from '../store/open-store.ts'
import { findCard, requireCard, type FoundCard } from './find-card.ts'
import { refuseNewer, type CardEdit } from './set-card.ts'

/** What became of an edited card. */
export interface EditedCard extends Omit<CardEdit, 'settled' | 'warnings'> {
  /** Whether the text of an earlier, unfinished edit was opened. */
  resumed: boolean
  /** Fields that somebody else changed meanwhile, to other values. Both are in the card. */
  conflicts: string[]
}

/** How to edit. */
export interface EditCardOptions {
  /** Throws the text of an unfinished edit away. */
  discard?: boolean
  /** Called before the editor opens. */
  onOpen?: (file: string, resumed: boolean) => void
}

/**
 * Opens a model's card in the user's editor, checks what was saved, and writes it. Text that cannot be written stays
 * in its file, and the next edit of the card opens it again.
 *
 * @throws ModelError `card-missing`, `card-invalid` with line and column, `editor-failed`, `note-newer`.
 */
export async function editCard(
  world: World,
  spec: string,
  options: EditCardOptions = {},
): Promise<EditedCard> {
  const found = await findCard(world, spec)
  const before = requireCard(found)
  refuseNewer(before, found.model)
  const draft = draftOf(found)
  if (options.discard === true) discard(draft)
  const resumed = existsSync(draft.file)
  if (!resumed) start(draft, before)
  options.onOpen?.(draft.file, resumed)
  await openEditor(found.store.repo, draft.file, world.env).catch((error: unknown) =>
    kept(error, draft, before),
  )
  const [base, text] = [readFileSync(draft.base, 'utf8'), readFileSync(draft.file, 'utf8')]
  refuseBroken(text, draft, found)
  const { written, conflicts } = await write(found, base, text)
  discard(draft)
  return {
    model: found.model,
    changes: diffCardFields(checkCardText(before).card, checkCardText(written).card),
    resumed,
    conflicts,
  }
}

/** A text that is being edited. */
interface Draft {
  file: string
  /** The text that it was made from. */
  base: string
}

function draftOf({ store, model }: FoundCard): Draft {
  const folder = path.join(store.repo.gitDir, 'model', 'edit')
  const name = `card-${path
    .basename(model.path)
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 80)}-${model.target!.slice(0, 12)}`
  return { file: path.join(folder, `${name}.yaml`), base: path.join(folder, `${name}.base`) }
}

function start({ file, base }: Draft, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(base, text)
  writeFileSync(file, text)
}

function discard({ file, base }: Draft): void {
  rmSync(file, { force: true })
  rmSync(base, { force: true })
}

// An editor that failed without saving leaves nothing to resume.
function kept(error: unknown, draft: Draft, before: string): never {
  const isUntouched = existsSync(draft.file) && readFileSync(draft.file, 'utf8') === before
  if (isUntouched) discard(draft)
  if (isUntouched || !(error instanceof ModelError)) throw error
  throw new ModelError('editor-failed', error.message, {
    hints: [
      `your text is kept in ${draft.file}; the next git model card edit opens it again`,
      ...error.hints,
    ],
    data: { ...error.data, file: draft.file },
    cause: error,
  })
}

function refuseBroken(text: string, draft: Draft, { model }: FoundCard): void {
  const checked = checkCardText(text)
  const problems = checked.problems.filter(
    ({ field }) => !checked.conflicts.some((conflict) => conflict.field === field),
  )
  if (checked.card !== undefined && !checked.newer && problems.length === 0) return
  const [first] = problems
  const where = first?.line === undefined ? '' : `, line ${first.line}, column ${first.column}`
  const what =
    first === undefined
      ? `its schema is ${String(checked.card?.schema)}`
      : [first.field && `"${first.field}"`, first.message].filter(Boolean).join(' ')
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : ''
  throw new ModelError('card-invalid', `the card was not written${where}: ${what}${more}`, {
    hints: [
      `your text is kept in ${draft.file}`,
      `git model card edit ${specOf(model)}   opens it again`,
      `git model card edit --discard ${specOf(model)}   throws it away`,
    ],
    data: { problems, file: draft.file },
  })
}

// What somebody else wrote while the editor was open is merged, not overwritten.
async function write(
  found: FoundCard,
  base: string,
  text: string,
): Promise<{ written: string; conflicts: string[] }> {
  const { store, model } = found
  const target = model.target!
  for (let round = 0; ; round++) {
    const now = await readCardText(await refreshStore(store), target)
    const merged =
      now === undefined || now === found.stored ? { text, conflicts: [] } : mergeCards(base, text, now)
    if (merged.text === now) return { written: merged.text, conflicts: [] }
    try {
      await writeCardText(store, target, merged.text, `card of ${model.name}: edited`, now)
      return { written: merged.text, conflicts: merged.conflicts.map(({ field }) => field) }
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'card-conflict' || round >= 10) throw error
    }
  }
}
