import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { DEFAULT_LARGEST, parseSize, type Config } from '../domain/config.ts'
import { parsePointer, type LfsPointer } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { configuredRemotes } from '../git/fetch-refspecs.ts'
import { readGitConfig } from '../git/git-config.ts'
import { readFilters } from '../git/attributes.ts'
import { readObjects, statObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { git } from '../git/run-git.ts'
import { hasObject } from '../lfs/transfer.ts'
import { readConfig } from '../store/config.ts'
import { resolveModel } from '../store/models.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { findCardOf, type FoundCard } from './find-card.ts'
import { findLargeBinaries, type LargeBinary } from './find-large-binaries.ts'

/** How a weight file stands. */
export interface WeightsState {
  path: string
  /** Of the content, in bytes. */
  size: number
  /** `lfs`: a pointer in git; `raw`: the content itself is in git; `untracked`: not in git yet. */
  kept: 'lfs' | 'raw' | 'untracked'
  /** SHA-256 of the content; absent where it is not in LFS. */
  oid?: string
  /** Where the content is: in the work tree, only in the LFS store, or not here at all. */
  content: 'here' | 'store' | 'absent'
  /** Whether the work tree or the index differs from the last commit. */
  modified: boolean
  /** Whether the last commit that changed it is on a remote, as far as this clone knows. `none`: there is no remote. */
  pushed: 'yes' | 'no' | 'none'
  /** The model of `.gitmodel.yaml` that it belongs to. */
  model?: string
  /** How the card of its model stands, as `git model card check` says it. */
  card?: FoundCard['state']
}

/** How the weights of a repository stand. */
export interface WeightsStatus {
  files: WeightsState[]
  /** Larger than `weights.largest` and outside LFS. */
  large: LargeBinary[]
}

/** Looks at every weight file: those that `.gitattributes` routes, tracked or not. Nothing is fetched. */
export async function weightsStatus(world: World): Promise<WeightsStatus> {
  const store = await openStore(world)
  const config = await readConfig(store.repo)
  const entries = await listFiles(store.repo)
  const filters = await readFilters(
    store.repo,
    entries.map((entry) => entry.path),
  )
  const weights = entries.filter((entry) => filters.get(entry.path) === 'lfs')
  const others = entries.filter(
    (entry): entry is Tracked => filters.get(entry.path) !== 'lfs' && entry.oid !== undefined,
  )
  return {
    files: await describeFiles(store, config, weights),
    large: await findLargeBinaries(store.repo, others, largestOf(config)),
  }
}

interface Entry {
  path: string
  /** The blob in the index; undefined for an untracked file. */
  oid: Oid | undefined
}

type Tracked = Entry & { oid: Oid }

function largestOf(config: Config): number {
  return parseSize(config.weights?.largest ?? DEFAULT_LARGEST) ?? DEFAULT_LARGEST
}

async function listFiles(repo: Repository): Promise<Entry[]> {
  const tracked = (await git(repo, ['ls-files', '--stage', '-z'])).stdout.split('\0').flatMap((line) => {
    const match = /^100\d{3} ([0-9a-f]+) 0\t(.*)$/s.exec(line)
    return match === null ? [] : [{ oid: match[1]!, path: match[2]! }]
  })
  const untracked = (await git(repo, ['ls-files', '--others', '--exclude-standard', '-z'])).stdout.split('\0')
  return [
    ...tracked,
    ...untracked.filter((file) => file !== '').map((file) => ({ oid: undefined, path: file })),
  ]
}

async function describeFiles(
  store: Store,
  config: Config,
  entries: readonly Entry[],
): Promise<WeightsState[]> {
  const { repo } = store
  const pointers = await readPointers(repo, entries)
  const [modified, unpushed, lfs, cards] = await Promise.all([
    modifiedPaths(repo),
    unpushedPaths(repo),
    openLfsStore(repo),
    cardsOf(store, config, entries),
  ])
  return entries.map((entry) => {
    const pointer = entry.oid === undefined ? undefined : pointers.get(entry.oid)
    const here = contentHere(path.join(repo.root, entry.path))
    const content =
      here !== undefined ? 'here' : pointer !== undefined && hasObject(lfs, pointer.oid) ? 'store' : 'absent'
    const isModified = entry.oid === undefined || modified.has(entry.path)
    const model = Object.entries(config.models ?? {}).find(([, { path: at }]) =>
      isPartOf(entry.path, at),
    )?.[0]
    return {
      path: entry.path,
      size: here ?? pointer?.size ?? 0,
      kept: entry.oid === undefined ? 'untracked' : pointer === undefined ? 'raw' : 'lfs',
      ...(pointer !== undefined && { oid: `sha256:${pointer.oid}` }),
      content,
      modified: isModified,
      pushed: unpushed === undefined ? 'none' : isModified || unpushed.has(entry.path) ? 'no' : 'yes',
      ...(model !== undefined && { model, card: cards.get(model)! }),
    }
  })
}

const MAX_POINTER = 1024

async function readPointers(repo: Repository, entries: readonly Entry[]): Promise<Map<Oid, LfsPointer>> {
  const oids = entries.flatMap(({ oid }) => (oid === undefined ? [] : [oid]))
  const stats = await statObjects(repo, oids)
  const small = oids.filter((_, index) => (stats[index]?.size ?? MAX_POINTER) < MAX_POINTER)
  const objects = await readObjects(repo, small)
  const pointers = small.map((oid, index) => [oid, pointerOf(objects[index]?.content)] as const)
  return new Map(pointers.filter((entry): entry is [Oid, LfsPointer] => entry[1] !== undefined))
}

// An empty file is its own pointer (git-lfs, docs/spec.md).
const EMPTY: LfsPointer = { oid: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', size: 0 }

function pointerOf(content: Buffer | undefined): LfsPointer | undefined {
  return content?.length === 0 ? EMPTY : parsePointer(content?.toString('utf8') ?? '')
}

// The size of the content in the work tree; undefined where only a pointer stands there, or nothing.
function contentHere(file: string): number | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return undefined
  const isPointer = stat.size < MAX_POINTER && parsePointer(readFileSync(file, 'utf8')) !== undefined
  return isPointer ? undefined : stat.size
}

async function modifiedPaths(repo: Repository): Promise<Set<string>> {
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=no']
  const { stdout } = await git(repo, args, { env: { GIT_OPTIONAL_LOCKS: '0' } })
  return new Set(stdout.split('\0').map((line) => line.slice(3)))
}

// Files that commits change which no remote-tracking branch reaches; undefined without a remote.
async function unpushedPaths(repo: Repository): Promise<Set<string> | undefined> {
  if (configuredRemotes(await readGitConfig(repo)).length === 0) return undefined
  if (repo.head === undefined) return new Set()
  const args = [
    'log',
    '--format=',
    '--name-only',
    '-z',
    '--no-renames',
    '-m',
    repo.head,
    '--not',
    '--remotes',
  ]
  return new Set((await git(repo, args)).stdout.split('\0').map((line) => line.replace(/^\n+/, '')))
}

// Only models that have a weight file here: finding a card reads the model's history.
async function cardsOf(
  store: Store,
  config: Config,
  entries: readonly Entry[],
): Promise<Map<string, FoundCard['state']>> {
  const models = Object.entries(config.models ?? {}).filter(([, { path: at }]) =>
    entries.some((entry) => isPartOf(entry.path, at)),
  )
  const found = await Promise.all(
    models.map(async ([name]) => (await findCardOf(store, await resolveModel(store, name))).state),
  )
  return new Map(models.map(([name], index) => [name, found[index]!]))
}

function isPartOf(file: string, model: string): boolean {
  return file === model || file.startsWith(`${model}/`)
}
