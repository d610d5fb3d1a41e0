import { existsSync } from 'node:fs'
import path from 'node:path'
import { allowedByVariable, allowSecrets } from '../domain/allow-secrets.ts'
import { ModelError } from '../domain/errors.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import { toStored } from '../domain/number.ts'
import { isValidKey, type Oid } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import type { World } from '../domain/world.ts'
import { appendEvents } from '../journal/append-event.ts'
import { hasLogged } from '../journal/has-logged.ts'

/** What is to be added to a run. */
export interface LogOptions {
  /** Id or name of a run; by default the one that this process runs in. */
  run?: string | undefined
  metrics: Readonly<Record<string, number>>
  /** The step of the metrics. Default 0. */
  step?: number | undefined
  params: Readonly<Record<string, Scalar>>
  /** null takes a tag away. */
  tags: Readonly<Record<string, Scalar | null>>
  notes?: string | undefined
  artifacts: readonly string[]
  /** Weights and other files to keep at their own paths. */
  outputs?: readonly string[]
  /** Keep outputs also where they were written after the run had ended. */
  force?: boolean
  /** Metric files to read: paths or globs. */
  metricFiles?: readonly string[]
  /** Patterns of places that may be kept although they look like credentials. */
  allowSecrets?: readonly string[]
}

/** Where it was added. */
export interface Logged {
  run: Oid
  /** Whether the run still runs, so that what was logged is in its journal. */
  live: boolean
  /** What was masked, because it looks like a credential: `params.hf_token`. */
  masked: readonly string[]
  /** The value of a metric called `step`, which is the first of its run and was probably meant to be the step. */
  strayStep?: number
  /** Links in a folder of artifacts that lead out of it: what they lead to was not kept. */
  leftOut: readonly string[]
}

/**
 * Adds metrics, params, tags, notes and files to a run. Inside `git model run` this starts no git process unless a
 * file is stored.
 *
 * @throws ModelError `run-not-active`, `not-a-repository`, `run-unknown`, `metric-invalid`, `param-invalid`,
 *   `artifact-missing`, `output-missing`, `output-later`, `metrics-missing`, `metric-file-invalid`.
 */
export async function logToRun(world: World, options: LogOptions): Promise<Logged> {
  const event = toEvent(options)
  const active = options.run === undefined ? activeRun(world) : undefined
  if (active === undefined) return logToStored(world, options, event)
  const folder = active.folder
  const { outputs, leftOut } = await storeFiles(world, commonDirOf(folder), options)
  const whole = { ...event, ...(outputs.length > 0 && { outputs }) }
  const files = await readFiles(world, options)
  if (existsSync(folder)) {
    const stray = strayStep(options, () => hasLogged(folder, 'step'))
    const isAllowed = allowSecrets([...allowedByVariable(world.env), ...(options.allowSecrets ?? [])])
    const masked = appendEvents(folder, withTime(world, whole, files), false, isAllowed)
    return { run: active.run, live: true, masked, leftOut, ...stray }
  }
  const rest = { ...options, run: active.run, artifacts: [], outputs: [] }
  const logged = await logToStored(world, rest, whole)
  return { ...logged, leftOut }
}

async function logToStored(
  world: World,
  options: LogOptions,
  event: Omit<JournalEvent, 'time'>,
): Promise<Logged> {
  const { openStore } = await import('../store/open-store.ts')
  const { findRun } = await import('../store/runs.ts')
  const { editRun } = await import('../store/edit-run.ts')
  if (options.run === undefined) throw await noActiveRun(world)
  const store = await openStore(world)
  const { record, live } = await findRun(store, options.run)
  if (options.force !== true && (options.outputs ?? []).length > 0) {
    const { refuseLater } = await import('./refuse-later.ts')
    await refuseLater(store, record, options.outputs ?? [])
  }
  const files = await readFiles(world, options)
  const { outputs, leftOut } = await storeFiles(world, store.repo.commonDir, options)
  const whole = { ...event, ...(outputs.length > 0 && { outputs }) }
  const { masked } = await editRun(store, record.run, [whole, ...files], options.allowSecrets)
  const stray = strayStep(options, () => Object.hasOwn(record.metrics ?? {}, 'step'))
  return { run: record.run, live, masked, leftOut, ...stray }
}

function toEvent({ metrics, step, params, tags, notes }: LogOptions): Omit<JournalEvent, 'time'> {
  for (const name of Object.keys(metrics)) {
    if (!isValidKey(name)) throw invalidName('metric-invalid', 'metric', name)
  }
  for (const name of [...Object.keys(params), ...Object.keys(tags)]) {
    if (!isValidKey(name)) throw invalidName('param-invalid', 'param or tag', name)
  }
  const stored = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, toStored(value)]))
  return {
    ...(Object.keys(stored).length > 0 && { metrics: stored, step: step ?? 0 }),
    ...(Object.keys(params).length > 0 && { params }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(notes !== undefined && { notes }),
  }
}

function activeRun({ env }: World): { run: Oid; folder: string } | undefined {
  const [run, folder] = [env['GIT_MODEL_RUN'], env['GIT_MODEL_JOURNAL']]
  if (run === undefined || folder === undefined) return undefined
  return path.basename(folder) === run && path.isAbsolute(folder) ? { run, folder } : undefined
}

function commonDirOf(folder: string): string {
  return path.dirname(path.dirname(path.dirname(folder)))
}

async function storeFiles(
  world: World,
  commonDir: string,
  { artifacts, outputs: patterns = [] }: LogOptions,
): Promise<{ outputs: NonNullable<JournalEvent['outputs']>; leftOut: string[] }> {
  const leftOut: string[] = []
  if (artifacts.length + patterns.length === 0) return { outputs: [], leftOut }
  const { collectArtifacts, collectOutputs } = await import('./collect-outputs.ts')
  const { gitLine } = await import('../git/run-git.ts')
  const root = await gitLine({ root: world.cwd }, ['rev-parse', '--show-toplevel'])
  const where = { root, commonDir, cwd: world.cwd }
  const leave = (file: string): void => void leftOut.push(path.relative(world.cwd, file))
  const outputs = [
    ...(await collectOutputs(where, patterns, leave)),
    ...(await collectArtifacts(where, artifacts, leave)),
  ]
  return { outputs, leftOut }
}

type Read = Pick<JournalEvent, 'points' | 'params'>

async function readFiles(world: World, { metricFiles = [] }: LogOptions): Promise<Read[]> {
  if (metricFiles.length === 0) return []
  const { readMetricFiles } = await import('./read-metric-files.ts')
  return Promise.all(metricFiles.map((pattern) => readMetricFiles(world.cwd, pattern)))
}

function withTime(world: World, event: Omit<JournalEvent, 'time'>, files: readonly Read[]): JournalEvent[] {
  return [event, ...files].map((each) => ({ time: world.now(), ...each }))
}

function strayStep({ metrics, step }: LogOptions, isKnown: () => boolean): { strayStep?: number } {
  const value = Object.hasOwn(metrics, 'step') ? metrics['step'] : undefined
  return step === undefined && Number.isSafeInteger(value) && !isKnown() ? { strayStep: value! } : {}
}

// Outside any repository there is no run to name either.
async function noActiveRun(world: World): Promise<ModelError> {
  const { openRepository } = await import('../git/repository.ts')
  await openRepository(world)
  return new ModelError('run-not-active', 'no run is active here', {
    hints: [
      'name one: git model log --run RUN acc=0.93',
      'or log from inside: git model run -- python train.py',
    ],
  })
}

function invalidName(code: 'metric-invalid' | 'param-invalid', what: string, name: string): ModelError {
  return new ModelError(code, `${JSON.stringify(name)} is no name for a ${what}`, {
    hints: ['use 1 to 250 printable characters on one line, without blanks around them'],
    data: { name },
  })
}
