import path from 'node:path'
import { isModelError } from '../domain/errors.ts'
import { MODEL_FILES, type LoggedModel } from '../domain/logged-model.ts'
import { presentFiles } from '../domain/present-files.ts'
import type { RunRecord } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { openRepository } from '../git/repository.ts'
import { newCard } from './new-card.ts'

/** A logged model whose card was written. */
export interface CardedModel {
  readonly name: string
  /** What `git model card edit` takes. */
  readonly spec: string
}

/** Writes the cards of the models that a run logged, as `git model card new` does. One that has a card keeps it. */
export async function cardLoggedModels(world: World, record: RunRecord): Promise<CardedModel[]> {
  const { outputs, models = {} } = record
  if (outputs === undefined) return []
  const files = presentFiles(record)
  const logged = Object.entries(models as Readonly<Record<string, LoggedModel>>).filter(
    ([id, { deleted }]) =>
      deleted !== true && files.some(({ path: file }) => file.startsWith(`${MODEL_FILES}/${id}/`)),
  )
  if (logged.length === 0) return []
  const { root } = await openRepository(world)
  const made: CardedModel[] = []
  for (const [id, { name }] of logged) {
    const place = path
      .relative(world.cwd, path.join(root, MODEL_FILES, id))
      .split(path.sep)
      .join('/')
    const spec = `${place}@${outputs.commit.slice(0, 12)}`
    if (await isCarded(world, spec, name)) made.push({ name, spec })
  }
  return made
}

// The same files may have been logged before.
async function isCarded(world: World, spec: string, name: string): Promise<boolean> {
  try {
    await newCard(world, spec, name)
    return true
  } catch (error) {
    if (isModelError(error, 'card-exists')) return false
    throw error
  }
}
