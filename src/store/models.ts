import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Config, ModelConfig } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { statObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { resolveCommit } from '../git/resolve.ts'
import { git, gitLine, LARGEST_LISTING } from '../git/run-git.ts'
import { readConfig } from './config.ts'
import { readPointers, type LfsFile } from './read-pointers.ts'
import type { Store } from './store.ts'

/** A model as it stands in the work tree or in a commit. */
export interface ModelAt {
  /** Its name in `.gitmodel.yaml`, or its path where it has none there. */
  name: string
  /** A file or folder, relative to the root. */
  path: string
  /** The commit; undefined for the work tree. */
  revision: Oid | undefined
  /** The revision as it was typed. */
  asked?: string
  /** The object at the path, on which the card hangs; undefined where nothing stands there. */
  target: Oid | undefined
  /** Its files in Git LFS. */
  pointers: LfsFile[]
  config: ModelConfig
}

/**
 * Resolves `MODEL` or `MODEL@REVISION`, where MODEL is a name of `.gitmodel.yaml` or a path. Without a
 * revision the work tree counts: its content goes through git's filters, as `git add` would send it.
 *
 * @throws ModelError `model-unknown`, `revision-unknown`.
 */
export async function resolveModel(store: Store, spec: string): Promise<ModelAt> {
  const { name, revision } = splitSpec(spec)
  const commit = revision === undefined ? undefined : await resolveCommit(store.repo, revision)
  const config = await readConfig(store.repo, commit)
  const known =
    config.models !== undefined && Object.hasOwn(config.models, name) ? config.models[name] : undefined
  const model: ModelConfig = known ?? { path: toRepoPath(store.repo, name) }
  const found =
    commit === undefined
      ? await modelInWorkTree(store.repo, name, model)
      : await modelInCommit(store.repo, name, model, commit)
  if (found.target === undefined && known === undefined) throw unknownModel(name, revision, config)
  return {
    ...found,
    ...(known === undefined && { name: nameOfPath(config, model.path) ?? found.name }),
    ...(revision !== undefined && { asked: revision }),
  }
}

/**
 * Returns the configured models that stand in a commit.
 *
 * @param given - counts in place of the commit's own `.gitmodel.yaml`.
 */
export async function modelsAt(store: Store, commit: Oid, given?: Config): Promise<ModelAt[]> {
  const config = given ?? (await readConfig(store.repo, commit))
  const named = Object.entries(config.models ?? {})
  const stats = await statObjects(
    store.repo,
    named.map(([, model]) => `${commit}:${model.path}`),
  )
  const models: ModelAt[] = []
  // One after the other: a branch may name a thousand.
  for (const [index, [name, model]] of named.entries()) {
    if (stats[index] !== undefined) models.push(await modelInCommit(store.repo, name, model, commit))
  }
  return models
}

/** Returns what stands at a path of a commit, as a model without a name; undefined where nothing does. */
export async function modelAtPath(store: Store, commit: Oid, path: string): Promise<ModelAt | undefined> {
  const found = await modelInCommit(store.repo, path, { path }, commit)
  return found.target === undefined ? undefined : found
}

function splitSpec(spec: string): { name: string; revision: string | undefined } {
  const at = spec.indexOf('@', 1)
  return at < 0
    ? { name: spec, revision: undefined }
    : { name: spec.slice(0, at), revision: spec.slice(at + 1) }
}

function toRepoPath(repo: Repository, name: string): string {
  const fromHere = path.resolve(repo.cwd, name)
  const relative = path.relative(repo.root, fromHere).split(path.sep).join('/')
  if (relative === '' || relative.startsWith('../') || relative === '..') {
    throw new ModelError('model-unknown', `"${name}" is outside this repository`, { data: { model: name } })
  }
  return relative
}

function nameOfPath(config: Config, modelPath: string): string | undefined {
  return Object.entries(config.models ?? {}).find(([, model]) => model.path === modelPath)?.[0]
}

async function modelInCommit(
  repo: Repository,
  name: string,
  config: ModelConfig,
  revision: Oid,
): Promise<ModelAt> {
  const [stat] = await statObjects(repo, [`${revision}:${config.path}`])
  const pointers = stat === undefined ? [] : await pointersBelow(repo, stat.oid, stat.type, config.path)
  return { name, path: config.path, revision, target: stat?.oid, pointers, config }
}

async function modelInWorkTree(repo: Repository, name: string, config: ModelConfig): Promise<ModelAt> {
  const file = path.join(repo.root, config.path)
  const model = { name, path: config.path, revision: undefined, config }
  if (!existsSync(file)) return { ...model, target: undefined, pointers: [] }
  const isFolder = statSync(file).isDirectory()
  const target = isFolder ? await hashFolder(repo, config.path) : await hashFile(repo, config.path)
  const type = isFolder ? 'tree' : 'blob'
  return {
    ...model,
    target,
    pointers: target === undefined ? [] : await pointersBelow(repo, target, type, config.path),
  }
}

// The index knows the pointer of a file that did not change: its content need not be read.
async function hashFile(repo: Repository, file: string): Promise<Oid | undefined> {
  const literal = ['--literal-pathspecs']
  const changed = (await git(repo, [...literal, 'diff-files', '--name-only', '--', file])).stdout !== ''
  const staged = (await git(repo, [...literal, 'ls-files', '--stage', '-z', '--', file])).stdout.split(
    /[ \t]/,
  )[1]
  if (!changed && staged !== undefined) return staged
  return gitLine(repo, ['hash-object', '-w', `--path=${file}`, '--', path.join(repo.root, file)])
}

async function hashFolder(repo: Repository, folder: string): Promise<Oid | undefined> {
  // Loaded when it is needed: most commands have no folder to hash.
  const { randomBytes } = process.getBuiltinModule('node:crypto')
  const { temporaryFolder } = await import('../git/object-writer.ts')
  const index = path.join(temporaryFolder(repo), `index-${process.pid}-${randomBytes(6).toString('hex')}`)
  const env = { GIT_INDEX_FILE: index }
  mkdirSync(path.dirname(index), { recursive: true })
  try {
    await git(repo, ['--literal-pathspecs', 'add', '--', folder], { env, ok: [0, 1, 128] })
    return await gitLine(repo, ['write-tree', `--prefix=${folder}/`], { env })
  } finally {
    rmSync(index, { force: true })
    rmSync(`${index}.lock`, { force: true })
  }
}

async function pointersBelow(repo: Repository, oid: Oid, type: string, at: string): Promise<LfsFile[]> {
  if (type !== 'tree') return readPointers(repo, [{ oid, path: at }])
  const { stdout } = await git(repo, ['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', oid], {
    largest: LARGEST_LISTING,
  })
  const blobs = stdout.split('\0').flatMap((line) => {
    // A link is a blob too, and so is what stands in a submodule's place in a hostile tree.
    const match = /^100\d+ blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(line)
    return match === null ? [] : [{ oid: match[1]!, size: Number(match[2]), path: `${at}/${match[3]}` }]
  })
  return readPointers(repo, blobs)
}

function unknownModel(name: string, revision: string | undefined, config: Config): ModelError {
  const names = Object.keys(config.models ?? {})
  const where = revision === undefined ? '' : ` at "${revision}"`
  const known =
    names.length === 0 ? 'name it under models: in .gitmodel.yaml' : `known models: ${names.join(', ')}`
  return new ModelError('model-unknown', `there is no model or file "${name}"${where}`, {
    hints: [known, 'or type the path of a weight file'],
    data: { model: name, revision, known: names },
  })
}
