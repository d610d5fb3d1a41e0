import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import { specOf } from '../domain/model-spec.ts'
import type { World } from '../domain/world.ts'
import { exportReadme } from '../schema/export-readme.ts'
import type { ModelAt } from '../store/models.ts'
import { findCard, naming, requireCard } from './find-card.ts'

/** A card as a README.md. */
export interface ExportedCard {
  model: ModelAt
  readme: string
  /** What was done with the file; undefined where none was asked for. */
  file: 'written' | 'unchanged' | undefined
}

/**
 * Writes a model's card as a Hugging Face README.md.
 *
 * @param file - relative to where the user stands; undefined to write none.
 * @param force - whether another text in the file may be lost.
 * @throws ModelError `card-missing`, `card-invalid`, `would-overwrite`, `write-failed`.
 */
export async function exportCard(
  world: World,
  spec: string,
  file?: string,
  force = false,
): Promise<ExportedCard> {
  const found = await findCard(world, spec)
  const card = requireCard(found)
  const readme = naming(found.model, () => exportReadme(card))
  const { model } = found
  if (file === undefined) return { model, readme, file: undefined }
  const target = path.resolve(world.cwd, file)
  const standing = readIfThere(target, file)
  if (standing?.equals(Buffer.from(readme)) === true) return { model, readme, file: 'unchanged' }
  if (standing !== undefined && !force) throw wouldLose(file, model)
  write(target, readme, file)
  return { model, readme, file: 'written' }
}

function readIfThere(target: string, file: string): Buffer | undefined {
  const stat = lstatSync(target, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  if (stat.isFile()) return readFileSync(target)
  throw new ModelError('would-overwrite', `"${file}" is not an ordinary file`, {
    hints: ['name another file'],
  })
}

function write(target: string, readme: string, file: string): void {
  try {
    writeFileSync(target, readme)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC')
      throw new ModelError('disk-full', `no space is left to write "${file}"`, { cause: error })
    throw new ModelError(
      'write-failed',
      `"${file}" cannot be written: ${code === 'ENOENT' ? 'its folder does not exist' : message}`,
      {
        hints: ['name another file'],
        cause: error,
      },
    )
  }
}

function wouldLose(file: string, model: ModelAt): ModelError {
  return new ModelError('would-overwrite', `"${file}" has another text than the card`, {
    hints: [
      `to take it into the card first: git model card import ${specOf(model)} ${file}`,
      'to lose it: add --force',
    ],
    data: { file },
  })
}
