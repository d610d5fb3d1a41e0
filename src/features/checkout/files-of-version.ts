import path from 'node:path'
import { isSafePath } from '../../domain/safe-path.ts'
import { hooksFolder } from '../../git/hooks.ts'
import { modelsAt, resolveModel, type LfsFile } from '../../store/models.ts'
import type { Store } from '../../store/open-store.ts'
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
      : (await resolveModel(store, `${model}@${source.weights}`)).pointers
  const hooks = path
    .relative(store.repo.root, await hooksFolder(store.repo))
    .split(path.sep)
    .join('/')
  const unsafe = files.find((file) => !isSafePath(file.path) || steersGit(file.path, hooks))
  if (unsafe !== undefined) throw unsafePath(unsafe.path)
  return [...new Map(files.map((file) => [file.path, file])).values()]
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
