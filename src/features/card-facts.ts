import { statSync } from 'node:fs'
import path from 'node:path'
import type { CardDetails, CardEvaluation, CardTraining, CardWeights } from '../domain/card.ts'
import { isModelError } from '../domain/errors.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import type { RunRecord } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import { objectPath } from '../lfs/lfs-store.ts'
import type { ModelAt } from '../store/models.ts'
import { openLfsStore } from '../store/open-lfs-store.ts'
import type { Store } from '../store/store.ts'
import { findProducers } from '../store/runs.ts'

/** What the repository knows of a model: the files themselves, and the run that produced them. */
export interface CardFacts {
  details: Required<Pick<CardDetails, 'weights' | 'training' | 'evaluation' | 'data'>>
  /** The run that produced the weights; undefined where none is known to have. */
  run: RunRecord | undefined
}

/** Gathers what can be said in a model's card without asking anybody. What is not known is null. */
export async function cardFacts(store: Store, model: ModelAt): Promise<CardFacts> {
  const [run, weights] = await Promise.all([findProducer(store, model), describeFiles(store, model)])
  return {
    run,
    details: {
      weights,
      training: trainingOf(run),
      data: (run?.inputs ?? []).map(({ path: id, digest }) => ({ role: null, id, digest, sensitive: null })),
      evaluation: run === undefined ? [] : measurementsOf(run),
    },
  }
}

// The newest run whose outputs hold one of the model's files.
async function findProducer(store: Store, { pointers }: ModelAt): Promise<RunRecord | undefined> {
  if (pointers.length === 0) return undefined
  const runs = await findProducers(
    store,
    pointers.map(({ oid }) => sha256Name(oid)),
  )
  return runs
    .map(({ record }) => record)
    .filter((run) => run.deleted !== true)
    .sort((a, b) => (`${a.started}${a.run}` < `${b.started}${b.run}` ? 1 : -1))[0]
}

function trainingOf(run: RunRecord | undefined): CardTraining {
  if (run === undefined)
    return { run: null, code: null, hyperparameters: null, hardware: null, duration: null }
  const environment = Object.entries(run.environment ?? {})
  const hardware = environment.filter(([key]) => HARDWARE.has(key)).map(([, value]) => String(value))
  const software = environment.filter(([key]) => SOFTWARE.has(key))
  return {
    run: run.run,
    code: run.code.commit,
    seed: seedOf(run),
    hyperparameters: run.params ?? null,
    hardware: hardware.length === 0 ? null : hardware.join(', '),
    ...(software.length > 0 && { software: Object.fromEntries(software) }),
    duration: run.finished === undefined ? null : (Date.parse(run.finished) - Date.parse(run.started)) / 1000,
  }
}

const HARDWARE = new Set(['gpu', 'cpu', 'tpu'])
const SOFTWARE = new Set([
  'os',
  'python',
  'node',
  'cuda',
  'driver',
  'packages',
  'torch',
  'tensorflow',
  'jax',
  'r',
  'julia',
])

function seedOf({ params = {} }: RunRecord): Scalar | null {
  const key = ['seed', 'random_seed', 'random_state'].find((name) => Object.hasOwn(params, name))
  return key === undefined ? null : (params[key] ?? null)
}

function measurementsOf(run: RunRecord): CardEvaluation[] {
  return Object.entries(run.metrics ?? {}).map(([type, { last }]) => ({
    dataset: null,
    metric: { type, value: last },
    ...(run.finished !== undefined && { date: run.finished }),
    source: `run:${run.run}`,
  }))
}

async function describeFiles(store: Store, model: ModelAt): Promise<CardWeights[]> {
  const { repo } = store
  const inWorkTree = (file: string): string => path.join(repo.root, file)
  if (model.pointers.length === 0) {
    const content = model.revision === undefined ? inWorkTree(model.path) : undefined
    return [{ path: model.path, oid: null, ...(await describe(content)) }]
  }
  const lfs = await openLfsStore(repo)
  return Promise.all(
    model.pointers.map(async (file) => {
      const places = [
        ...(model.revision === undefined ? [inWorkTree(file.path)] : []),
        objectPath(lfs, file.oid),
      ]
      const content = places.find((place) => statSync(place, { throwIfNoEntry: false })?.size === file.size)
      const { size: _, ...described } = await describe(content)
      return { path: file.path, oid: sha256Name(file.oid), size: file.size, ...described }
    }),
  )
}

// A file that is not here, or damaged, leaves what it would have told unknown.
async function describe(content: string | undefined): Promise<Partial<CardWeights>> {
  const unknown = { format: null, tensors: null, parameters: null }
  if (content === undefined || statSync(content, { throwIfNoEntry: false })?.isFile() !== true) return unknown
  try {
    const { describeWeights } = await import('../weights/describe-weights.ts')
    const { format, size, tensors, parameters } = await describeWeights(content)
    return {
      format: format === 'unknown' ? null : format,
      size,
      tensors: tensors ?? null,
      parameters: parameters ?? null,
    }
  } catch (error) {
    if (isModelError(error)) return unknown
    throw error
  }
}
