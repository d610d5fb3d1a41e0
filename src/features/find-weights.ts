import { ARTIFACTS } from '../domain/run.ts'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { isModelError, ModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { tryResolveCommit } from '../git/resolve.ts'
import { readConfig } from '../store/config.ts'
import { currentFiles } from '../store/current-files.ts'
import { modelAtPath, resolveModel } from '../store/models.ts'
import type { LfsFile } from '../store/read-pointers.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { findRun } from '../store/runs.ts'
import { localContent, type WeightFile } from './local-content.ts'

/** Weights that somebody named, and where their content is. */
export interface FoundWeights {
  /** As it was typed. */
  label: string
  files: WeightFile[]
}

/**
 * Finds weights by what was typed: a file or folder, a model of `.gitmodel.yaml`, `REVISION:PATH`, `RUN:PATH`,
 * `MODEL@REVISION`, or a run. Nothing is fetched.
 *
 * @throws ModelError `weights-absent` where the content is not here, `revision-unknown`, `model-unknown`, `run-unknown`.
 */
export async function findWeights(world: World, spec: string): Promise<FoundWeights> {
  const onDisk = path.resolve(world.cwd, spec)
  if (existsSync(onDisk)) return { label: spec, files: await filesAt(world, onDisk, spec) }
  const store = await openStore(world)
  const files = (await modelFiles(store, spec)) ?? (await versionFiles(store, spec))
  if (files.length > 0) return { label: spec, files }
  throw new ModelError('weights-absent', `"${spec}" has no weights in Git LFS`, {
    hints: ['git model weights status', 'git model runs'],
    data: { weights: spec },
  })
}

async function filesAt(world: World, onDisk: string, name: string): Promise<WeightFile[]> {
  if (!statSync(onDisk).isDirectory()) return [await localContent(world, { path: name, file: onDisk })]
  const found = readdirSync(onDisk, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.safetensors') && !file.split(path.sep).includes('.git'))
    .sort()
  return Promise.all(
    found.map((file) =>
      localContent(world, { path: path.posix.join(name, file), file: path.join(onDisk, file) }),
    ),
  )
}

// A model's name alone means the work tree, whose files need not go through git's filters.
async function modelFiles(store: Store, spec: string): Promise<WeightFile[] | undefined> {
  const { models = {} } = await readConfig(store.repo)
  if (!Object.hasOwn(models, spec)) return undefined
  const { path: place } = models[spec]!
  const onDisk = path.join(store.repo.root, place)
  if (existsSync(onDisk)) return filesAt(store.world, onDisk, place)
  throw new ModelError('weights-absent', `nothing stands at "${place}"`, {
    hints: [`name a version that has weights: ${spec}@COMMIT`],
    data: { model: spec, path: place },
  })
}

async function versionFiles(store: Store, spec: string): Promise<WeightFile[]> {
  const colon = spec.indexOf(':')
  if (colon > 0) return pathFiles(store, spec.slice(0, colon), spec.slice(colon + 1))
  const isModel = spec.indexOf('@', 1) > 0 && !spec.includes('@{')
  const pointers = isModel ? (await resolveModel(store, spec)).pointers : await runFiles(store, spec)
  return contents(store, pointers, spec)
}

async function pathFiles(store: Store, version: string, typed: string): Promise<WeightFile[]> {
  const place = /^\.\.?\//.test(typed) ? path.posix.join(store.repo.prefix, typed) : typed
  const commit = await commitOf(store, version)
  const model = await modelAtPath(store, commit, place.replace(/\/$/, ''))
  if (model === undefined) {
    throw new ModelError('weights-absent', `"${version}" has nothing at "${place}"`, {
      hints: [`git ls-tree -r --name-only ${commit.slice(0, 12)}`],
      data: { revision: version, path: place },
    })
  }
  if (model.pointers.length > 0) return contents(store, model.pointers, commit)
  return [await localContent(store.world, { path: place, blob: model.target! }, store.repo)]
}

async function commitOf(store: Store, version: string): Promise<string> {
  const commit = await tryResolveCommit(store.repo, version)
  const run = commit === undefined ? await findRunOr(store, version) : undefined
  return run === undefined ? commit! : (run.record.outputs?.commit ?? run.record.run)
}

async function runFiles(store: Store, spec: string): Promise<LfsFile[]> {
  const { record } = await findRunOr(store, spec)
  const files = (await currentFiles(store.repo, record)).filter(
    (file) => !file.path.startsWith(`${ARTIFACTS}/`),
  )
  return files.map((file) => ({ ...file, oid: file.oid.replace(/^sha256:/, '') }))
}

async function findRunOr(store: Store, spec: string): ReturnType<typeof findRun> {
  try {
    return await findRun(store, spec)
  } catch (error) {
    if (!isModelError(error, 'run-unknown')) throw error
    throw new ModelError('revision-unknown', `there is no file, model, run or revision "${spec}"`, {
      hints: ['git model weights status', 'git model runs', 'in a commit: REVISION:PATH, or MODEL@REVISION'],
      data: { weights: spec },
    })
  }
}

async function contents(store: Store, pointers: readonly LfsFile[], version: string): Promise<WeightFile[]> {
  return Promise.all(
    pointers.map((pointer) =>
      localContent(store.world, { path: pointer.path, pointer, version }, store.repo),
    ),
  )
}
