import path from 'node:path'
import { allowSecrets } from '../domain/allow-secrets.ts'
import { isModelError, ModelError } from '../domain/errors.ts'
import type { Oid, RunRecord, RunStatus, SkippedPath } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { captureEnvironment } from '../environment/capture-environment.ts'
import { appendEvent } from '../journal/append-event.ts'
import { executeCommand, type CommandEnd } from './execute-command.ts'
import { finishRun } from './finish-run.ts'
import { followMove } from './follow-move.ts'
import { startRun, type StartedRun, type StartRunOptions } from './start-run.ts'
import { stampFiles, type FileStamps } from './written-files.ts'
import { stampModels, unkeptModels } from './written-models.ts'

/** A command to be recorded as a run. */
export interface RunCommandOptions extends StartRunOptions {
  command: readonly string[]
  /** Metric files that the command writes: paths or globs. */
  metricFiles: readonly string[]
  /** Weights and other files that the command writes: paths, folders or globs. */
  outputs: readonly string[]
  /** Data that the command reads. */
  inputs: readonly string[]
  /** Starts what the command can log to while it runs; undefined where it needs nothing. */
  listen?: ((started: StartedRun) => Promise<Listener | undefined>) | undefined
}

/** What a command can log to while it runs. */
export interface Listener {
  /** Variables that tell the command where. */
  readonly env: Readonly<Record<string, string>>
  /** Ends, with everything that was logged in the journal. @returns the status that the command claimed, if it did. */
  close(): Promise<RunStatus | undefined>
}

/** How a recorded command ended. */
export interface CommandRun {
  run: Oid
  record: RunRecord
  skipped: SkippedPath[]
  /** What was masked, because it looks like a credential: `params.hf_token`. */
  masked: string[]
  /** Links in a folder of outputs that lead out of it: what they lead to was not kept. */
  leftOut: string[]
  /** Paths of models that `.gitmodel.yaml` names, from the current folder, which were written while the command ran and are not kept with the run. */
  unkept: string[]
  /** What could not be recorded. The run is kept all the same. */
  problems: ModelError[]
  /** What this program should exit with: the command's own code, or 128 plus the number of its signal. */
  exitCode: number
}

/**
 * Runs a command as a run. Its standard streams, its signals and its exit code are its own.
 *
 * @param onStart - called when the run commit exists and before the command starts.
 * @throws ModelError as `startRun`, before the command starts.
 */
export async function runCommand(
  world: World,
  options: RunCommandOptions,
  onStart: (started: StartedRun) => void,
): Promise<CommandRun> {
  const parent = world.env['GIT_MODEL_RUN']
  const started = await startRun(world, { ...options, parent: isOid(parent) ? parent : undefined })
  onStart(started)
  const problems: ModelError[] = []
  const leftOut: string[] = []
  const listening = options.listen?.(started)
  // It is awaited below, unless something else fails first.
  listening?.catch(() => undefined)
  await attempt(problems, async () => {
    if (options.inputs.length === 0) return
    const { readInputs } = await import('./read-inputs.ts')
    const inputs = await readInputs(started.repo, started.run, options.inputs)
    appendEvent(started.folder, { time: world.now(), inputs })
  })
  const { root } = started.repo
  const models = stampModels(root, started.config)
  const files = await stampFiles(world.cwd, [...options.metricFiles, ...options.outputs])
  const environment = captureEnvironment([...options.command], world, root)
  const listener = await listening
  const end = await executeCommand(world, options.command, started, listener?.env ?? {})
  const claimed = await listener?.close()
  const moved = await followMove(world, started)
  if (end.missing !== undefined) problems.push(end.missing)
  else await collect(moved.world, options, moved.started, { problems, leftOut, files }, end.status)
  const isAllowed = allowSecrets(started.allowed)
  await attempt(problems, async () => {
    const described = { time: world.now(), environment: await environment }
    started.masked.push(...appendEvent(moved.started.folder, described, false, isAllowed))
  })
  // A command that says that it failed is believed, even where it exits with 0.
  const isFailure = end.status === 'finished' && (claimed === 'failed' || claimed === 'killed')
  const status = isFailure ? claimed : end.status
  const record = await finish(moved.world, moved.started, { status, exit: end.exit }, problems)
  return {
    run: started.run,
    record,
    skipped: started.skipped,
    masked: [...new Set(started.masked)],
    leftOut,
    unkept: unkeptModels(root, models, record).map((file) => path.relative(world.cwd, path.join(root, file))),
    problems: problems.map((problem) => naming(started.run, problem)),
    exitCode: end.exitCode,
  }
}

// What could not be recorded is told also where the run itself cannot be written into git yet.
async function finish(
  world: World,
  started: StartedRun,
  end: Pick<CommandEnd, 'status' | 'exit'>,
  problems: readonly ModelError[],
): Promise<RunRecord> {
  try {
    return await finishRun(world, started, end)
  } catch (error) {
    if (!isModelError(error) || problems.length === 0) throw error
    const { code, message, hints, data } = error
    const alsoMissing = problems.map((problem) => `not recorded: ${problem.message}`)
    throw new ModelError(code, message, { hints: [...alsoMissing, ...hints], data, cause: error })
  }
}

async function collect(
  world: World,
  options: RunCommandOptions,
  started: StartedRun,
  { problems, leftOut, files }: { problems: ModelError[]; leftOut: string[]; files: FileStamps },
  status: RunStatus,
): Promise<void> {
  const { repo, folder } = started
  const leave = (file: string): void => void leftOut.push(path.relative(world.cwd, file))
  const here = { ...repo, cwd: world.cwd }
  for (const pattern of options.metricFiles) {
    await attempt(problems, () => recordMetrics(world, started, pattern, files), status)
  }
  for (const pattern of options.outputs) {
    await attempt(
      problems,
      async () => {
        const { collectOutputs } = await import('./collect-outputs.ts')
        const missed = (error: ModelError): void => void problems.push(error)
        const outputs = await collectOutputs(here, [pattern], leave, { before: files, missed })
        if (outputs.length > 0) appendEvent(folder, { time: world.now(), outputs })
      },
      status,
    )
  }
}

async function recordMetrics(
  world: World,
  started: StartedRun,
  pattern: string,
  files: FileStamps,
): Promise<void> {
  const { folder, allowed, masked } = started
  const { readMetricFiles } = await import('./read-metric-files.ts')
  const event = { time: world.now(), ...(await readMetricFiles(world.cwd, pattern, files)) }
  masked.push(...appendEvent(folder, event, false, allowSecrets(allowed)))
}

// A command that failed owes nobody its outputs: only what it wrote and could not be read is a problem then. Nothing
// that the file system says keeps a run from its end.
async function attempt(problems: ModelError[], task: () => Promise<void>, status?: RunStatus): Promise<void> {
  try {
    await task()
  } catch (cause) {
    const error = isModelError(cause) ? cause : ofFileSystem(cause)
    const isMissing = error.code === 'output-missing' || error.code === 'metrics-missing'
    if (!(isMissing && status !== undefined && status !== 'finished')) problems.push(error)
  }
}

// A hint that names no run is meant for this one.
function naming(run: Oid, { code, message, hints, data, cause }: ModelError): ModelError {
  const named = hints.map((hint) => hint.replace('--run RUN', `--run ${run.slice(0, 12)}`))
  return new ModelError(code, message, { hints: named, data, cause })
}

function ofFileSystem(cause: unknown): ModelError {
  const { code, syscall, message } = cause as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) throw cause
  return new ModelError('write-failed', message, { cause })
}

function isOid(text: string | undefined): text is Oid {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text)
}
