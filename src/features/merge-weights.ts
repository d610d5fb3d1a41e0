import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { isModelError, ModelError } from '../domain/errors.ts'
import { MERGE_DEFAULTS, type MergeMethod, type MergeStrategy } from '../domain/merge-strategy.ts'
import type { World } from '../domain/world.ts'
import { readFilters } from '../git/attributes.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { mergeTensors, type MergedTensors } from '../weights/tensor/merge-tensors.ts'
import { placeTensors } from '../weights/tensor/place-tensors.ts'
import type { Progress } from '../weights/tensor/run-pieces.ts'
import { checkMergeNumbers } from './check-merge-numbers.ts'
import { findWeights, type FoundWeights } from './find-weights.ts'
import { writeMergeCard } from './merge-card.ts'
import { sampleCounts } from './sample-counts.ts'

/** How weights are merged by hand. */
export interface MergeOptions {
  strategy: MergeStrategy
  /** What the inputs are measured from. */
  base?: string
  /** One for each input. */
  weights?: readonly number[]
  samples?: string
  scale?: number
  density?: number
  position?: number
  /** Overwrite a file that is there. */
  force?: boolean
  /** Write no card. */
  card?: boolean
  progress?: Progress
}

/** What was merged. */
export interface HandMerge extends Omit<MergedTensors, 'conflicts'> {
  out: string
  /** In bytes. */
  size: number
  inputs: string[]
  weights: number[]
  /** Whether the result has a card now; `none` where it is not routed through Git LFS. */
  card: 'written' | 'none'
  /** Why no card could be written. */
  cardProblem?: string
}

/**
 * Merges any number of weights into a new safetensors file.
 *
 * @param out - path of the file.
 * @param inputs - what {@link findWeights} reads.
 * @throws ModelError `weights-conflict` naming the tensors, `would-overwrite`, `argument-invalid`, and what
 *   {@link findWeights} throws. Nothing is written then.
 */
export async function mergeWeights(
  world: World,
  out: string,
  inputs: readonly string[],
  options: MergeOptions,
): Promise<HandMerge> {
  const target = path.resolve(world.cwd, out)
  checkCall(target, out, inputs, options)
  const found: FoundWeights[] = []
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    for (const spec of [...inputs, ...(options.base === undefined ? [] : [options.base])])
      found.push(await findWeights(world, spec))
    const placed = await Promise.all(found.map(placeFound))
    const base = options.base === undefined ? undefined : placed.pop()!
    const method = await decideMethod(world, found.slice(0, inputs.length), options)
    const isMeasured = ['task-arithmetic', 'ties'].includes(options.strategy)
    const { conflicts, ...merged } = await mergeTensors(
      {
        inputs: placed,
        method,
        threeWay: base !== undefined && !isMeasured,
        ...(base !== undefined && { base }),
        ...(options.progress !== undefined && { progress: options.progress }),
      },
      temporary,
    )
    if (conflicts.length > 0) throw conflictError(conflicts)
    renameSync(temporary, target)
    const card = options.card === false ? {} : await cardOf(world, target, found, method, options)
    const { size } = statSync(target)
    return { out, size, inputs: [...inputs], weights: [...method.weights], ...merged, card: 'none', ...card }
  } finally {
    rmSync(temporary, { force: true })
    for (const { file, temporary: isOurs } of found.flatMap(({ files }) => files))
      if (isOurs === true) rmSync(file, { force: true })
  }
}

async function placeFound({ files }: FoundWeights): ReturnType<typeof placeTensors> {
  const placed = await placeTensors(files.map(({ file, path }) => ({ file, name: path })))
  const other = placed.formats.findIndex((format) => format !== 'safetensors')
  if (other < 0) return placed
  throw new ModelError(
    'weights-invalid',
    `"${files[other]!.path}" is ${placed.formats[other]}, and only safetensors are merged`,
    {
      hints: ['save the model as safetensors'],
    },
  )
}

function checkCall(target: string, out: string, inputs: readonly string[], options: MergeOptions): void {
  const { strategy, base, force } = options
  const wrong = (message: string, hint: string): ModelError =>
    new ModelError('argument-invalid', message, { hints: [hint] })
  if (inputs.length < 2)
    throw wrong('there is nothing to merge: name two inputs or more', 'git model weights merge --help')
  if (base === undefined && ['ours', 'theirs', 'conflict', 'task-arithmetic', 'ties'].includes(strategy))
    throw wrong(`${strategy} needs to know what the inputs were made from`, 'add --base FILE')
  if (strategy === 'slerp' && inputs.length !== 2)
    throw wrong('slerp takes two inputs', 'merge them two by two')
  checkMergeNumbers(options, inputs.length)
  if (!existsSync(target) || force === true) return
  throw new ModelError('would-overwrite', `"${out}" is there already`, {
    hints: ['name another file, or add --force'],
    data: { path: out },
  })
}

async function decideMethod(
  world: World,
  inputs: readonly FoundWeights[],
  { strategy, weights, samples, scale, density, position }: MergeOptions,
): Promise<MergeMethod> {
  return {
    strategy,
    weights:
      weights ?? (strategy === 'weighted' ? await countSamples(world, inputs, samples) : inputs.map(() => 1)),
    scale: scale ?? MERGE_DEFAULTS.scale,
    density: density ?? MERGE_DEFAULTS.density,
    position: position ?? MERGE_DEFAULTS.position,
  }
}

async function countSamples(
  world: World,
  inputs: readonly FoundWeights[],
  name: string = MERGE_DEFAULTS.samples,
): Promise<number[]> {
  const oids = await Promise.all(inputs.map(oidOf))
  const counts = await sampleCounts(await openStore(world), oids, name)
  const missing = counts.indexOf(undefined)
  if (missing < 0) return counts as number[]
  throw new ModelError(
    'argument-invalid',
    `no run says how many samples "${inputs[missing]!.label}" has seen`,
    {
      hints: [`log it in the run: -p ${name}=COUNT`, 'or give --weight once for each input'],
      data: { weights: inputs[missing]!.label, samples: name },
    },
  )
}

async function oidOf({ files }: FoundWeights): Promise<string> {
  const [first] = files
  return first?.oid ?? hashFile(first!.file)
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

// A card hangs on the pointer that git will have: only files that go through Git LFS get one.
async function cardOf(
  world: World,
  target: string,
  found: readonly FoundWeights[],
  method: MergeMethod,
  { base }: MergeOptions,
): Promise<Pick<HandMerge, 'card' | 'cardProblem'>> {
  const store = await tryOpenStore({ ...world, cwd: path.dirname(target) })
  const relative =
    store === undefined ? '..' : path.relative(store.repo.root, target).split(path.sep).join('/')
  if (store === undefined || relative.startsWith('../')) return { card: 'none' }
  if ((await readFilters(store.repo, [relative])).get(relative) !== 'lfs') return { card: 'none' }
  const oids = await Promise.all(found.map(oidOf))
  const problem = await writeMergeCard(store, {
    path: relative,
    pointer: { oid: await hashFile(target), size: statSync(target).size },
    method,
    parents: base === undefined ? oids : oids.slice(0, -1),
    base: base === undefined ? undefined : oids.at(-1),
  })
  return problem === undefined ? { card: 'written' } : { card: 'none', cardProblem: problem }
}

async function tryOpenStore(world: World): Promise<Store | undefined> {
  try {
    return await openStore(world)
  } catch (error) {
    if (isModelError(error, 'not-a-repository') || isModelError(error, 'bare-repository')) return undefined
    throw error
  }
}

function conflictError(conflicts: MergedTensors['conflicts']): ModelError {
  const shown = conflicts.slice(0, 5).map(({ name, why }) => `${JSON.stringify(name.slice(0, 200))}: ${why}`)
  const rest = conflicts.length > 5 ? `; and ${conflicts.length - 5} more` : ''
  return new ModelError(
    'weights-conflict',
    `${conflicts.length} tensors cannot be merged: ${shown.join('; ')}${rest}`,
    {
      hints: ['compare them: git model weights diff A B', 'take one side: --strategy ours --base BASE'],
      data: { conflicts },
    },
  )
}
