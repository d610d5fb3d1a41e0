import path from 'node:path'
import { isModelError, ModelError } from '../../domain/errors.ts'
import { isSafePath } from '../../domain/safe-path.ts'
import { settleFiles } from '../../domain/settle-files.ts'
import { hooksFolder } from '../../git/hooks.ts'
import { modelsAt, resolveModel } from '../../store/models.ts'
import type { LfsFile } from '../../store/read-pointers.ts'
import type { Store } from '../../store/store.ts'
import type { VersionSource } from './resolve-version.ts'
import { unsafePath } from './unsafe-path.ts'

/**
 * Lists the weights of a version.
 *
 * @param model - a model's name or path; by default all that the version has.
 * @throws ModelError `model-unknown`; `would-overwrite` where a record names a path that no weights stand at.
 */
export async function filesOfVersion(
  store: Store,
  source: VersionSource,
  model: string | undefined,
): Promise<LfsFile[]> {
  const files =
    model === undefined
      ? [...(await modelsAt(store, source.weights)).flatMap(({ pointers }) => pointers), ...source.outputs]
      : await pointersOf(store, source, model)
  const hooks = path
    .relative(store.repo.root, await hooksFolder(store.repo))
    .split(path.sep)
    .join('/')
  const unsafe = files.find((file) => !isSafePath(file.path) || steersGit(file.path, hooks))
  if (unsafe !== undefined) throw unsafePath(unsafe.path)
  // What the record names counts, where its file stands at a model's path: see `currentFiles`.
  return settleFiles(files, new Map(source.outputs.map(({ path: at, oid }) => [at, oid])))
}

async function pointersOf(store: Store, source: VersionSource, model: string): Promise<LfsFile[]> {
  try {
    return (await resolveModel(store, `${model}@${source.weights}`)).pointers
  } catch (error) {
    if (!isModelError(error, 'model-unknown')) throw error
    const where = `${source.kind} ${source.name ?? source.oid.slice(0, 12)}`
    throw new ModelError('model-unknown', `${where} has no model or file "${model}"`, error)
  }
}

// No weights stand where git, git-lfs or the host read what to do; a record that says so wants something run.
function steersGit(file: string, hooks: string): boolean {
  return (
    file
      .toLowerCase()
      .split('/')
      .some((part) => part.startsWith('.git') || part === '.lfsconfig') || `${file}/`.startsWith(`${hooks}/`)
  )
}
