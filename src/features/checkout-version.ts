import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, lstatSync, realpathSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isModelError, ModelError } from '../domain/errors.ts'
import { ARTIFACTS, type Oid } from '../domain/run.ts'
import { isSafePath } from '../domain/safe-path.ts'
import { hooksFolder } from '../git/hooks.ts'
import { chooseRemote } from '../git/remotes.ts'
import { tryResolveCommit } from '../git/resolve.ts'
import { git, LARGEST_LISTING } from '../git/run-git.ts'
import { objectPath, type LfsStore } from '../lfs/lfs-store.ts'
import { fetchObjects, hasObject } from '../lfs/transfer.ts'
import { modelsAt, resolveModel, type LfsFile } from '../store/models.ts'
import type { Store } from '../store/open-store.ts'
import { findRun } from '../store/runs.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'

/** What was restored. */
export interface CheckedOut {
  /** The run or commit that it was restored from. */
  source: { kind: 'run' | 'commit'; oid: Oid; name?: string }
  files: LfsFile[]
  /** Whether the code was restored too. */
  code: boolean
}

/**
 * Restores the weights of a version into the work tree, and with `code` the code. HEAD and the index stay.
 *
 * @param model - a model's name or path; by default all that the version has.
 * @throws ModelError `would-overwrite`, `weights-absent`, `model-unknown`, `revision-unknown`.
 */
export async function checkoutVersion(
  store: Store,
  version: string,
  model?: string,
  options: { code?: boolean } = {},
): Promise<CheckedOut> {
  const source = await resolveVersion(store, version)
  const files = await filesOf(store, source, model)
  if (files.length === 0 && options.code !== true) throw nothingThere(version, source)
  const lfs = await openLfsStore(store.repo)
  await refuseOverwrite(store, files, options.code === true, source.code)
  await ensureContent(store, lfs, source, files)
  if (options.code === true) await restoreCode(store, source.code)
  for (const file of files) await restoreFile(store, lfs, file)
  return {
    source: { kind: source.kind, oid: source.oid, ...(source.name !== undefined && { name: source.name }) },
    files,
    code: options.code === true,
  }
}

interface Source {
  kind: 'run' | 'commit'
  oid: Oid
  name?: string
  /** The commit whose tree has the weights. */
  weights: Oid
  /** The commit whose tree has the code. */
  code: Oid
  outputs: LfsFile[]
}

async function resolveVersion(store: Store, version: string): Promise<Source> {
  const run = await findRun(store, version).catch((error: unknown) => {
    if (isModelError(error, 'run-unknown')) return undefined
    throw error
  })
  if (run !== undefined) {
    const { record } = run
    const outputs = (record.outputs?.files ?? []).filter((file) => !file.path.startsWith(`${ARTIFACTS}/`))
    return {
      kind: 'run',
      oid: record.run,
      name: record.name,
      weights: record.outputs?.commit ?? record.run,
      code: record.run,
      outputs: outputs.map((file) => ({ ...file, oid: file.oid.replace('sha256:', '') })),
    }
  }
  const commit = await tryResolveCommit(store.repo, version)
  if (commit !== undefined) return { kind: 'commit', oid: commit, weights: commit, code: commit, outputs: [] }
  throw new ModelError('revision-unknown', `there is no run, commit, branch or tag "${version}"`, {
    hints: ['git model runs', 'git log --oneline -10'],
    data: { version },
  })
}

async function filesOf(store: Store, source: Source, model: string | undefined): Promise<LfsFile[]> {
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

async function refuseOverwrite(
  store: Store,
  files: readonly LfsFile[],
  code: boolean,
  commit: Oid,
): Promise<void> {
  const args = [
    '--literal-pathspecs',
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
  ]
  const paths = code ? [] : files.map((file) => file.path)
  if (!code && paths.length === 0) return
  const { stdout } = await git(store.repo, [...args, '--', ...paths])
  const entries = stdout.split('\0').filter((line) => line !== '')
  const inTheWay: string[] = []
  const wanted = new Map(files.map((file) => [file.path, file]))
  const incoming = code ? await pathsOf(store, commit) : new Set<string>()
  for (const entry of entries) {
    const [state, file] = [entry.slice(0, 2), entry.slice(3)]
    if (state === '??' && !wanted.has(file) && !incoming.has(file)) continue
    const same = wanted.get(file)
    if (same !== undefined && (await sha256(path.join(store.repo.root, file))) === same.oid) continue
    inTheWay.push(file)
  }
  if (inTheWay.length > 0) throw wouldOverwrite(inTheWay)
}

async function pathsOf(store: Store, commit: Oid): Promise<Set<string>> {
  const args = ['ls-tree', '-r', '-t', '-z', '--name-only', '--full-tree', commit]
  const { stdout } = await git(store.repo, args, { largest: LARGEST_LISTING })
  return new Set(stdout.split('\0'))
}

async function ensureContent(
  store: Store,
  lfs: LfsStore,
  source: Source,
  files: readonly LfsFile[],
): Promise<void> {
  const missing = files.filter(({ oid, size }) => size > 0 && !hasObject(lfs, oid))
  if (missing.length === 0) return
  const paths = missing.map((file) => file.path)
  await fetchObjects(store.repo.root, await chooseRemote(store.repo), source.weights, paths)
  const absent = missing.filter(({ oid }) => !hasObject(lfs, oid))
  if (absent.length === 0) return
  throw new ModelError(
    'weights-absent',
    `the content of ${absent.map((file) => file.path).join(', ')} is neither here nor on the remote`,
    {
      hints: ['ask the one who made it to run: git model sync'],
      data: { files: absent },
    },
  )
}

// Checked while it is copied, and moved into place at once: a half-written weight file never stands there.
async function restoreFile(store: Store, lfs: LfsStore, file: LfsFile): Promise<void> {
  const target = path.join(store.repo.root, file.path)
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`
  refuseEscape(store, file, path.dirname(target))
  await mkdir(path.dirname(target), { recursive: true })
  try {
    const hash = createHash('sha256')
    const output = await open(temporary, 'wx')
    try {
      if (file.size > 0) {
        for await (const chunk of createReadStream(objectPath(lfs, file.oid), { highWaterMark: 1 << 20 })) {
          hash.update(chunk as Buffer)
          await output.writeFile(chunk as Buffer)
        }
      }
    } finally {
      await output.close()
    }
    if (file.size > 0 && hash.digest('hex') !== file.oid) throw damaged(file)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

// A folder in the work tree may be a link that leads out of it.
function refuseEscape(store: Store, file: LfsFile, folder: string): void {
  let standing = folder
  while (lstatSync(standing, { throwIfNoEntry: false }) === undefined) standing = path.dirname(standing)
  const [root, real] = [realpathSync(store.repo.root), resolveLink(standing)]
  const inside = real === undefined ? '..' : path.relative(root, real)
  if (inside === '' || isSafePath(inside.split(path.sep).join('/'))) return
  throw unsafePath(file.path)
}

// Undefined for a link to what is not there.
function resolveLink(file: string): string | undefined {
  try {
    return realpathSync(file)
  } catch {
    return undefined
  }
}

async function restoreCode(store: Store, commit: Oid): Promise<void> {
  await git(store.repo, ['restore', `--source=${commit}`, '--worktree', '--', ':/'])
}

async function sha256(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function wouldOverwrite(files: readonly string[]): ModelError {
  const shown = files.slice(0, 5).join(', ') + (files.length > 5 ? ` and ${files.length - 5} more` : '')
  return new ModelError('would-overwrite', `uncommitted changes would be overwritten: ${shown}`, {
    hints: ['git commit -a   or   git stash --include-untracked, then try again'],
    data: { files },
  })
}

function unsafePath(file: string): ModelError {
  return new ModelError(
    'would-overwrite',
    `${JSON.stringify(file)} is no place for weights: it is outside this work tree, or git reads it`,
    {
      hints: ['the record names a path that no honest run has; nothing was written'],
      data: { path: file },
    },
  )
}

function nothingThere(version: string, source: Source): ModelError {
  const what =
    source.kind === 'run' ? `the run "${version}" recorded no output` : `the commit "${version}" has no model`
  return new ModelError('weights-absent', what, {
    hints: [
      'git model show ' + version,
      'name a model: git model checkout VERSION models/digits.safetensors',
    ],
    data: { version },
  })
}

function damaged(file: LfsFile): ModelError {
  return new ModelError(
    'weights-absent',
    `the content of ${file.path} here is damaged; the work tree was not touched`,
    {
      hints: ['git lfs fsck', 'git lfs fetch --all'],
      data: { ...file },
    },
  )
}
