import path from 'node:path'
import { execa } from 'execa'
import { statSync } from 'node:fs'
import { constants } from 'node:os'
import { ALLOW_VARIABLE, allowSecrets } from '../domain/allow-secrets.ts'
import { isModelError, ModelError } from '../domain/errors.ts'
import type { Oid, RunExit, RunRecord, RunStatus, SkippedPath } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { captureEnvironment } from '../environment/capture-environment.ts'
import { appendEvent, appendEvents } from '../journal/append-event.ts'
import { identifyProcess } from '../journal/process-identity.ts'
import { finishRun } from './finish-run.ts'
import { startRun, type StartedRun, type StartRunOptions } from './start-run.ts'

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
  const environment = captureEnvironment([...options.command], world, started.repo.root)
  const listener = await listening
  const end = await execute(world, options.command, started, listener?.env ?? {})
  const claimed = await listener?.close()
  if (end.missing !== undefined) problems.push(end.missing)
  else await collect(world, options, started, { problems, leftOut }, end.status)
  const isAllowed = allowSecrets(started.allowed)
  await attempt(problems, async () => {
    const described = { time: world.now(), environment: await environment }
    started.masked.push(...appendEvent(started.folder, described, false, isAllowed))
  })
  // A command that says that it failed is believed, even where it exits with 0.
  const isFailure = end.status === 'finished' && (claimed === 'failed' || claimed === 'killed')
  const status = isFailure ? claimed : end.status
  const record = await finishRun(world, started, { status, exit: end.exit })
  return {
    run: started.run,
    record,
    skipped: started.skipped,
    masked: [...new Set(started.masked)],
    leftOut,
    problems,
    exitCode: end.exitCode,
  }
}

async function collect(
  world: World,
  options: RunCommandOptions,
  started: StartedRun,
  { problems, leftOut }: { problems: ModelError[]; leftOut: string[] },
  status: RunStatus,
): Promise<void> {
  const { repo, folder } = started
  const leave = (file: string): void => void leftOut.push(path.relative(world.cwd, file))
  const here = { ...repo, cwd: world.cwd }
  for (const pattern of options.metricFiles) {
    await attempt(problems, () => recordMetrics(world, started, pattern), status)
  }
  for (const pattern of options.outputs) {
    await attempt(
      problems,
      async () => {
        const { collectOutputs } = await import('./collect-outputs.ts')
        appendEvent(folder, { time: world.now(), outputs: await collectOutputs(here, [pattern], leave) })
      },
      status,
    )
  }
}

async function recordMetrics(world: World, started: StartedRun, pattern: string): Promise<void> {
  const { folder, allowed, masked } = started
  const [{ expand }, { readMetricFile }] = await Promise.all([
    import('./collect-outputs.ts'),
    import('../metric-files/read-metric-file.ts'),
  ])
  for (const file of await expand(world.cwd, pattern, 'metric-file-invalid')) {
    // Points without a time of their own were written at the latest when the file was.
    const { metrics, params } = await readMetricFile(file, Math.round(statSync(file).mtimeMs))
    if (params !== undefined) {
      masked.push(...appendEvent(folder, { time: world.now(), params }, false, allowSecrets(allowed)))
    }
    const events = Object.entries(metrics).flatMap(([name, points]) =>
      points.map(({ step, value, time }) => ({ time, step, metrics: { [name]: value } })),
    )
    appendEvents(folder, events)
  }
}

// A command that failed owes nobody its outputs: only what it wrote and could not be read is a problem then.
async function attempt(problems: ModelError[], task: () => Promise<void>, status?: RunStatus): Promise<void> {
  try {
    await task()
  } catch (error) {
    if (!isModelError(error)) throw error
    const isMissing = error.code === 'output-missing' || /no such file/.test(error.message)
    if (!(isMissing && status !== undefined && status !== 'finished')) problems.push(error)
  }
}

interface End {
  status: Exclude<RunStatus, 'running'>
  exit: RunExit
  exitCode: number
  missing?: ModelError
}

async function execute(
  world: World,
  command: readonly string[],
  started: StartedRun,
  env: Readonly<Record<string, string>>,
): Promise<End> {
  const [program, ...args] = command
  const child = execa(program!, args, {
    cwd: world.cwd,
    stdio: 'inherit',
    reject: false,
    cleanup: false,
    env: {
      GIT_MODEL_RUN: started.run,
      GIT_MODEL_JOURNAL: started.folder,
      [ALLOW_VARIABLE]: started.allowed.join('\n'),
      ...env,
    },
  })
  if (child.pid !== undefined) {
    appendEvent(started.folder, { time: world.now(), process: identifyProcess(child.pid) })
  }
  let received: NodeJS.Signals | undefined
  const forward = (signal: NodeJS.Signals): void => {
    received = signal
    // The terminal sends SIGINT to the whole process group: the command has it already.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, forward)
  try {
    return judge(await child, received, program!)
  } finally {
    for (const signal of signals) process.off(signal, forward)
  }
}

function judge(
  result: { exitCode?: number | undefined; signal?: string | undefined; code?: string | undefined },
  received: NodeJS.Signals | undefined,
  program: string,
): End {
  if (result.exitCode !== undefined) {
    const code = result.exitCode
    const isKilled = code !== 0 && received !== undefined
    return {
      status: isKilled ? 'killed' : code === 0 ? 'finished' : 'failed',
      exit: { code },
      exitCode: code,
    }
  }
  if (result.signal !== undefined) {
    const { signal } = result
    return {
      status: 'killed',
      exit: { signal },
      exitCode: 128 + (constants.signals[signal as NodeJS.Signals] ?? 0),
    }
  }
  const isMissing = result.code === 'ENOENT'
  const code = isMissing ? 127 : 126
  const what = isMissing ? 'was not found' : 'cannot be started'
  const missing = new ModelError('command-missing', `the command "${program}" ${what}`, {
    hints: ['check the spelling; everything after -- is the command: git model run -- python train.py'],
    data: { command: program },
  })
  return { status: 'failed', exit: { code }, exitCode: code, missing }
}

function isOid(text: string | undefined): text is Oid {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text)
}
