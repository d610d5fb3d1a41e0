import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import { formatPointer, parsePointer, type LfsPointer } from '../domain/lfs-pointer.ts'
import { mergeRules, type MergeMethod, type MergeStrategy } from '../domain/merge-strategy.ts'
import type { World } from '../domain/world.ts'
import { temporaryFolder } from '../git/object-writer.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import { downloadObject } from '../lfs/download-object.ts'
import { storeStream } from '../lfs/store-file.ts'
import { hasObject } from '../lfs/transfer.ts'
import { readConfig } from '../store/config.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { mergeTensors, type MergedTensors } from '../weights/tensor/merge-tensors.ts'
import { placeTensors, type PlacedWeights } from '../weights/tensor/place-tensors.ts'
import { writeMergeCard } from './merge-card.ts'
import { sampleCounts } from './sample-counts.ts'

/** The files that git gives a merge driver: blobs as they are in git, so mostly pointers. */
export interface DriverFiles {
  base: string
  /** Is overwritten with the result. */
  ours: string
  theirs: string
  /** Where the result will stand in the repository. */
  path: string
}

/** What a merge of weights came to. */
export interface DriverMerge extends MergedTensors {
  path: string
  strategy: MergeStrategy
  /** Why the result has no card. */
  cardProblem?: string
}

/**
 * Merges the weights of two branches, as git asks a merge driver to. Contents come from the LFS store (and from the
 * remote, where they are not here); the result goes there, and its pointer takes the place of ours.
 *
 * @throws ModelError `weights-absent`, `weights-invalid`, `argument-invalid`; nothing was changed then.
 */
export async function mergeDriver(world: World, files: DriverFiles): Promise<DriverMerge> {
  const store = await openStore(world)
  const { repo } = store
  const at = (file: string): string => path.resolve(repo.root, file)
  const [base, ours, theirs] = await Promise.all(
    [files.base, files.ours, files.theirs].map((file) => open(store, at(file), files.path)),
  )
  const rules = mergeRules((await readConfig(repo)).weights?.merge)
  const method: MergeMethod = { ...rules, weights: [1, 1] }
  if (rules.strategy === 'weighted')
    method.weights = await weigh(store, [ours!, theirs!], rules.samples, files.path)
  const out = path.join(temporaryFolder(repo), `merge-${process.pid}-${randomBytes(6).toString('hex')}`)
  mkdirSync(path.dirname(out), { recursive: true })
  try {
    const merged = await mergeTensors(
      {
        inputs: [ours!.weights, theirs!.weights],
        method,
        threeWay: true,
        ...(base !== undefined && { base: base.weights }),
      },
      out,
    )
    const done = { path: files.path, strategy: rules.strategy, ...merged }
    if (merged.conflicts.length > 0) return done
    if (ours!.pointer === undefined) {
      copyFileSync(out, at(files.ours))
      return done
    }
    const pointer = await storeStream(await openLfsStore(repo), createReadStream(out), files.path)
    writeFileSync(at(files.ours), formatPointer(pointer))
    const parents = [ours!, theirs!].map(({ pointer: parent }) => parent?.oid ?? '')
    const card = { path: files.path, pointer, method, parents, base: base?.pointer?.oid }
    const cardProblem = parents.includes('') ? undefined : await writeMergeCard(store, card)
    return { ...done, ...(cardProblem !== undefined && { cardProblem }) }
  } finally {
    rmSync(out, { force: true })
  }
}

interface Opened {
  weights: PlacedWeights
  pointer: LfsPointer | undefined
}

// An empty file stands for a base that there is not: both sides added the weights.
async function open(store: Store, file: string, name: string): Promise<Opened | undefined> {
  const { size } = statSync(file)
  if (size === 0) return undefined
  const pointer = size < 1024 ? parsePointer(readFileSync(file, 'utf8')) : undefined
  const content = pointer === undefined ? file : await contentOf(store, pointer, name)
  const weights = await placeTensors([{ file: content, name }])
  if (weights.formats[0] !== 'safetensors') {
    throw new ModelError(
      'weights-invalid',
      `"${name}" is ${weights.formats[0]}, and only safetensors are merged`,
      {
        hints: ['take one side: git checkout --ours (or --theirs), then git add'],
        data: { path: name },
      },
    )
  }
  return { weights, pointer }
}

async function contentOf({ repo }: Store, pointer: LfsPointer, name: string): Promise<string> {
  const lfs = await openLfsStore(repo)
  if (!hasObject(lfs, pointer.oid)) await downloadObject(repo.root, pointer, name)
  return objectPath(lfs, pointer.oid)
}

async function weigh(store: Store, sides: readonly Opened[], name: string, at: string): Promise<number[]> {
  const oids = sides.map(({ pointer }) => pointer?.oid ?? '')
  const counts = await sampleCounts(store, oids, name)
  if (!counts.includes(undefined)) return counts as number[]
  const side = counts[0] === undefined ? 'our' : 'their'
  throw new ModelError('argument-invalid', `no run says how many samples ${side} "${at}" has seen`, {
    hints: [
      `log it in the run: git model run -p ${name}=COUNT …`,
      'or set weights.merge of .gitmodel.yaml to average',
    ],
    data: { path: at, samples: name },
  })
}
