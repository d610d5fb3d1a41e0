import { statSync } from 'node:fs'
import type { Card } from '../domain/card.ts'
import { isModelError } from '../domain/errors.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from '../git/read-objects.ts'
import { chooseRemote } from '../git/remotes.ts'
import { requireHead } from '../git/repository.ts'
import { resolveCommit } from '../git/resolve.ts'
import { git } from '../git/run-git.ts'
import { objectPath, type LfsStore } from '../lfs/lfs-store.ts'
import { remoteObjects } from '../lfs/remote-objects.ts'
import { hasObject } from '../lfs/transfer.ts'
import { checkCardText } from '../schema/check-card-text.ts'
import { joinCards } from '../schema/merge-cards.ts'
import { readCardText } from '../store/cards.ts'
import { modelsAt } from '../store/models.ts'
import { readPointers, type LfsFile } from '../store/read-pointers.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'
import { bytesSource } from '../weights/byte-source.ts'
import { openWeights } from '../weights/open-weights.ts'
import { readShardIndex } from '../weights/read-shard-index.ts'
import { runPieces, type Progress } from '../weights/tensor/run-pieces.ts'
import { countParameters } from '../weights/weights-view.ts'

/** A file in Git LFS, and how its content is. */
export interface VerifiedFile extends LfsFile {
  /** In the LFS store: right, damaged (another size or hash), or not there. */
  local: 'ok' | 'damaged' | 'absent'
  /** Whether the remote has it; absent where it was not asked. */
  remote?: 'ok' | 'absent'
}

/** What was found of the weights of a commit. */
export interface Verified {
  commit: Oid
  /** The remote that was asked. */
  remote?: string
  files: VerifiedFile[]
  /** What is wrong, and where. Empty where all is well. */
  problems: { path: string; message: string }[]
}

/** How to verify. */
export interface VerifyOptions {
  /** Ask the remote too: `true` for the one that sync uses, or its name. */
  remote?: true | string
  progress?: Progress
}

/**
 * Verifies the weights of a commit: contents are here and hash right, or the remote has them; indexes name shards that
 * are there; cards say what is true.
 *
 * @param revision - by default HEAD.
 * @throws ModelError `revision-unknown`, `no-commit`, `no-remote`, `lfs-failed`.
 */
export async function verifyWeights(
  store: Store,
  revision?: string,
  options: VerifyOptions = {},
): Promise<Verified> {
  const { repo } = store
  const commit = revision === undefined ? requireHead(repo).head : await resolveCommit(repo, revision)
  const blobs = await listBlobs(store, commit)
  const pointers = await readPointers(store.repo, blobs)
  const lfs = await openLfsStore(repo)
  const local = await checkLocal(lfs, pointers, options.progress)
  const remote =
    options.remote === undefined
      ? undefined
      : await chooseRemote(repo, options.remote === true ? undefined : options.remote)
  const there = remote === undefined ? undefined : await remoteObjects(repo.root, remote, pointers)
  const files = pointers.map((pointer, index): VerifiedFile => {
    const state =
      there === undefined ? {} : { remote: there.has(pointer.oid) ? ('ok' as const) : ('absent' as const) }
    return { ...pointer, local: local[index]!, ...state }
  })
  const problems = [
    ...files.flatMap(fileProblems),
    ...(await shardProblems(store, blobs, pointers)),
    ...(await cardProblems(store, lfs, commit, files)),
  ]
  return { commit, ...(remote !== undefined && { remote }), files, problems }
}

interface Blob {
  path: string
  oid: Oid
  size: number
}

async function listBlobs({ repo }: Store, commit: Oid): Promise<Blob[]> {
  const { stdout } = await git(repo, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit])
  return stdout.split('\0').flatMap((line) => {
    const match = /^\d+ blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(line)
    return match === null ? [] : [{ oid: match[1]!, size: Number(match[2]), path: match[3]! }]
  })
}

async function checkLocal(
  lfs: LfsStore,
  pointers: readonly LfsFile[],
  progress?: Progress,
): Promise<VerifiedFile['local'][]> {
  const sized = (pointer: LfsFile): boolean => statSync(objectPath(lfs, pointer.oid)).size === pointer.size
  const here = pointers.filter(({ oid }) => hasObject(lfs, oid))
  const whole = here.filter(sized)
  const hashes = await runPieces(
    whole.map(({ oid, size }) => ({
      kind: 'hash' as const,
      file: objectPath(lfs, oid),
      offset: 0,
      bytes: size,
    })),
    progress,
  )
  const right = new Set(whole.filter(({ oid }, index) => hashes[index] === oid))
  return pointers.map((pointer) =>
    right.has(pointer) ? 'ok' : here.includes(pointer) ? 'damaged' : 'absent',
  )
}

function fileProblems({ path, oid, local, remote }: VerifiedFile): Verified['problems'] {
  const name = `sha256:${oid.slice(0, 12)}`
  if (local === 'damaged') {
    const mend =
      remote === 'absent'
        ? 'and the remote does not have it'
        : 'take it away and fetch it again: git lfs fsck, git lfs fetch'
    return [{ path, message: `the content in the LFS store is not ${name}; ${mend}` }]
  }
  if (local === 'ok' || remote === 'ok') return []
  const where =
    remote === undefined
      ? 'is not here; git lfs fetch, or ask the remote: --remote'
      : 'is neither here nor on the remote'
  return [{ path, message: `the content ${name} ${where}` }]
}

const MAX_INDEX = 2 ** 26

async function shardProblems(
  { repo }: Store,
  blobs: readonly Blob[],
  pointers: readonly LfsFile[],
): Promise<Verified['problems']> {
  const paths = new Set(blobs.map(({ path }) => path))
  const inLfs = new Set(pointers.map(({ path }) => path))
  const indexes = blobs.filter(
    ({ path, size }) => path.endsWith('.index.json') && size < MAX_INDEX && !inLfs.has(path),
  )
  const objects = await readObjects(
    repo,
    indexes.map(({ oid }) => oid),
  )
  return indexes.flatMap(({ path }, index) => {
    const content = objects[index]?.content
    if (content === undefined || !content.includes('"weight_map"')) return []
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    try {
      const { shards } = readShardIndex(bytesSource(content), path)
      return shards
        .filter((shard) => !paths.has(folder + shard))
        .map((shard) => ({ path, message: `it names a shard that the commit does not have: "${shard}"` }))
    } catch (error) {
      if (isModelError(error)) return [{ path, message: error.message }]
      throw error
    }
  })
}

async function cardProblems(
  store: Store,
  lfs: LfsStore,
  commit: Oid,
  files: readonly VerifiedFile[],
): Promise<Verified['problems']> {
  const problems: Verified['problems'] = []
  for (const model of await modelsAt(store, commit)) {
    const text = model.target === undefined ? undefined : await readCardText(store, model.target)
    const card = text === undefined ? undefined : checkCardText(joinCards(text)).card
    for (const said of card?.card?.weights ?? []) {
      const file = files.find(({ path }) => path === said.path)
      const found =
        file === undefined ? ['no file of Git LFS stands there'] : await compareFacts(lfs, file, said)
      problems.push(
        ...found.map((message) => ({ path: said.path, message: `the card of ${model.name}: ${message}` })),
      )
    }
  }
  return problems
}

type SaidOfFile = NonNullable<NonNullable<Card['card']>['weights']>[number]

// What the card marks unknown is not wrong.
async function compareFacts(lfs: LfsStore, file: VerifiedFile, said: SaidOfFile): Promise<string[]> {
  const known = file.local === 'ok' ? await describe(objectPath(lfs, file.oid), file.path) : {}
  const facts: [string, unknown, unknown][] = [
    ['oid', said.oid, sha256Name(file.oid)],
    ['size', said.size, file.size],
    ['tensors', said.tensors, known.tensors],
    ['parameters', said.parameters, known.parameters],
  ]
  return facts
    .filter(([, claim, truth]) => claim != null && truth !== undefined && textOf(claim) !== textOf(truth))
    .map(([name, claim, truth]) => `it says ${name} ${textOf(claim)}, and there is ${textOf(truth)}`)
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([key, item]) => `${key}: ${String(item)}`).join(', ')
}

async function describe(
  content: string,
  name: string,
): Promise<{ tensors?: number; parameters?: Record<string, number> }> {
  try {
    const { isListed, tensors } = await openWeights(content, { name })
    return isListed ? { tensors: tensors.length, parameters: countParameters(tensors) } : {}
  } catch (error) {
    if (isModelError(error)) return {}
    throw error
  }
}
