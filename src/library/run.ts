import { existsSync } from 'node:fs'
import path from 'node:path'
import { allowedByVariable, allowSecrets } from '../domain/allow-secrets.ts'
import { DistinctTimes } from '../domain/distinct-times.ts'
import { ModelError } from '../domain/errors.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import { toStored, type StoredNumber } from '../domain/number.ts'
import { isValidKey, type Oid, type RunKind } from '../domain/run.ts'
import type { Scalar } from '../domain/scalar.ts'
import { safeText } from '../domain/safe-text.ts'
import type { AllowSecret } from '../domain/secrets.ts'
import type { World } from '../domain/world.ts'
import { JournalWriter } from '../journal/journal-writer.ts'

/** What a run is to be. */
export interface RunOptions {
  /** Default: an invented one, such as `calm-otter-48213`. */
  name?: string
  experiment?: string
  /** Default `training`. */
  kind?: RunKind
  params?: Record<string, Scalar>
  tags?: Record<string, Scalar>
  /**
   * What is to be kept although it looks like a credential, besides what `secrets: allow:` of `.gitmodel.yaml` names:
   * `params.NAME`, `tags.NAME`, `command.NAME`, with `*` and `?`. Everything else that looks so is masked, and named in
   * a process warning with the code `GIT_MODEL_MASKED`.
   */
  allowSecrets?: string[]
  /** A folder in the repository. Default: the current one. */
  cwd?: string
}

/** How a run ended. */
export interface FinishOptions {
  /** Default `finished`. */
  status?: 'finished' | 'failed' | 'killed'
}

/** A run that is being recorded. */
export interface Run {
  /** The run commit, which is the run's id. */
  readonly id: Oid
  /**
   * Logs the values of one step. When it returns, they survive the end of the process, even by SIGKILL.
   *
   * @param options - `step` counts from 0 (default 0); `time` is a Date or milliseconds since 1970. Default: now, or as
   *   many milliseconds later as tell the value apart from those that this run logged at the same step.
   * @throws ModelError `metric-invalid` for a name, a step or a time that cannot be kept, `disk-full`, `write-failed`.
   */
  log(metrics: Readonly<Record<string, number>>, options?: { step?: number; time?: number | Date }): void
  /** Records parameters. @throws ModelError `param-invalid`. */
  params(params: Readonly<Record<string, Scalar>>): void
  /** Records tags; null takes one away. @throws ModelError `param-invalid`. */
  tags(tags: Readonly<Record<string, Scalar | null>>): void
  /** Keeps files as artifacts of the run, in Git LFS. @throws ModelError `artifact-missing`. */
  artifact(file: string): Promise<void>
  /** Keeps files as outputs at their own paths, in Git LFS. @throws ModelError `output-missing`. */
  output(file: string): Promise<void>
  /** Ends the run and writes it into git. Inside `git model run` the wrapper does that. */
  finish(options?: FinishOptions): Promise<void>
}

/**
 * Starts a run, or attaches to the one of `git model run` when the process is part of one.
 *
 * @throws ModelError `not-a-repository`, `no-commit`, `git-identity`, `param-invalid`…
 */
export async function startRun(options: RunOptions = {}): Promise<Run> {
  const world: World = { cwd: path.resolve(options.cwd ?? process.cwd()), env: process.env, now: Date.now }
  const attached = attachedJournal(world)
  if (attached !== undefined) return attach(world, attached, options)
  const features = await import('../features/start-run.ts')
  const command = [path.basename(process.argv[0] ?? 'node'), ...process.argv.slice(1)]
  const started = await features.startRun(world, { ...options, command: relativeTo(world.cwd, command) })
  const recorded = new RecordedRun(world, started, allowSecrets(started.allowed), async (finish) => {
    const { finishRun } = await import('../features/finish-run.ts')
    await finishRun(world, started, finish)
  })
  recorded.warnOfMasked(started.masked)
  return recorded
}

function attach(world: World, journal: { run: Oid; folder: string }, options: RunOptions): Run {
  const isAllowed = allowSecrets([...allowedByVariable(world.env), ...(options.allowSecrets ?? [])])
  const attachedRun = new RecordedRun(world, journal, isAllowed, async () => {})
  if (options.params !== undefined) attachedRun.params(options.params)
  if (options.tags !== undefined) attachedRun.tags(options.tags)
  return attachedRun
}

function attachedJournal({ env }: World): { run: Oid; folder: string } | undefined {
  const [run, folder] = [env['GIT_MODEL_RUN'], env['GIT_MODEL_JOURNAL']]
  return run !== undefined && folder !== undefined && existsSync(folder) ? { run, folder } : undefined
}

function relativeTo(cwd: string, command: readonly string[]): string[] {
  return command.map((part) =>
    path.isAbsolute(part) && part.startsWith(cwd + path.sep) ? path.relative(cwd, part) : part,
  )
}

class RecordedRun implements Run {
  readonly id: Oid
  readonly #world: World
  readonly #writer: JournalWriter
  readonly #folder: string
  readonly #close: (finish: NonNullable<JournalEvent['finish']>) => Promise<void>
  readonly #masked = new Set<string>()
  readonly #times = new DistinctTimes()
  #ended = false

  constructor(
    world: World,
    { run, folder }: { run: Oid; folder: string },
    isAllowed: AllowSecret,
    close: (finish: NonNullable<JournalEvent['finish']>) => Promise<void>,
  ) {
    this.id = run
    this.#world = world
    this.#folder = folder
    this.#writer = new JournalWriter(folder, isAllowed)
    this.#close = close
  }

  log(
    metrics: Readonly<Record<string, number>>,
    options: { step?: number; time?: number | Date } = {},
  ): void {
    this.#refuseEnded()
    const step = options.step ?? 0
    if (!Number.isSafeInteger(step))
      throw invalid('metric-invalid', `the step ${step} is not a whole number`, [
        'steps count from 0: 0, 1, 2',
      ])
    const given = options.time === undefined ? undefined : toTime(options.time)
    // Without a prototype, so that a metric named __proto__ is one like any other.
    const stored = Object.create(null) as Record<string, StoredNumber>
    for (const [name, value] of Object.entries(metrics)) {
      if (!isValidKey(name))
        throw invalid('metric-invalid', `${JSON.stringify(name)} is no name for a metric`)
      if (typeof value !== 'number')
        throw invalid('metric-invalid', `the value of ${JSON.stringify(name)} is no number`, [
          'texts and switches are params or tags: run.params({ optimizer: "adam" })',
        ])
      stored[name] = toStored(value)
    }
    const time = given ?? this.#times.next(Object.keys(stored), step, this.#world.now())
    this.#writer.append({ time, metrics: stored, step })
  }

  params(params: Readonly<Record<string, Scalar>>): void {
    this.#refuseEnded()
    checkScalars(params)
    this.warnOfMasked(this.#writer.append({ time: this.#world.now(), params }))
  }

  tags(tags: Readonly<Record<string, Scalar | null>>): void {
    this.#refuseEnded()
    checkScalars(tags)
    this.warnOfMasked(this.#writer.append({ time: this.#world.now(), tags }))
  }

  async artifact(file: string): Promise<void> {
    await this.#keep('collectArtifacts', file)
  }

  async output(file: string): Promise<void> {
    await this.#keep('collectOutputs', file)
  }

  async finish({ status = 'finished' }: FinishOptions = {}): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#writer.close()
    await this.#close({ status })
  }

  async #keep(how: 'collectArtifacts' | 'collectOutputs', file: string): Promise<void> {
    this.#refuseEnded()
    const features = await import('../features/collect-outputs.ts')
    const { gitLine } = await import('../git/run-git.ts')
    const { cwd } = this.#world
    const root = await gitLine({ root: cwd }, ['rev-parse', '--show-toplevel'])
    const commonDir = path.dirname(path.dirname(path.dirname(this.#folder)))
    const outputs = await features[how]({ root, commonDir, cwd }, [file], (link) => {
      process.emitWarning(`not kept, since it is a link that leads out of its folder: ${safeText(link)}`, {
        code: 'GIT_MODEL_LEFT_OUT',
      })
    })
    this.#writer.append({ time: this.#world.now(), outputs })
  }

  /** Says once of each place that it was masked, as Node says such things: on standard error, and to listeners. */
  warnOfMasked(places: readonly string[]): void {
    const fresh = places.filter((place) => !this.#masked.has(place))
    for (const place of fresh) this.#masked.add(place)
    if (fresh.length === 0) return
    const message = `masked in the record of the run, because it looks like a credential: ${fresh.map(safeText).join(', ')}`
    process.emitWarning(message, {
      code: 'GIT_MODEL_MASKED',
      detail: 'To keep it, name the place under "secrets: allow:" in .gitmodel.yaml, or in allowSecrets.',
    })
  }

  #refuseEnded(): void {
    if (!this.#ended) return
    throw new ModelError('run-not-active', 'this run has ended', {
      hints: [`git model log --run ${this.id.slice(0, 12)} acc=0.93`],
      data: { run: this.id },
    })
  }
}

function checkScalars(values: Readonly<Record<string, Scalar | null>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!isValidKey(name))
      throw invalid('param-invalid', `${JSON.stringify(name)} is no name for a param or tag`)
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
      throw invalid('param-invalid', `the value of ${JSON.stringify(name)} is no text, number or boolean`, [
        'a map: one param for each member; a list: values.join()',
      ])
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw invalid('param-invalid', `the value of ${JSON.stringify(name)} is ${value}`, [
        `as a text: '${value}'`,
      ])
    }
  }
}

// What the calendar of JavaScript ends with (ECMA-262, time values).
const LAST_INSTANT = 8.64e15

function toTime(given: number | Date): number {
  const time = given instanceof Date ? given.getTime() : given
  if (typeof time === 'number' && Math.abs(time) <= LAST_INSTANT) return time
  throw invalid('metric-invalid', `the time ${JSON.stringify(String(given))} is none`, [
    'a Date, or milliseconds since 1970: Date.now()',
  ])
}

function invalid(
  code: 'metric-invalid' | 'param-invalid',
  message: string,
  hints = ['names have 1 to 250 printable characters on one line'],
): ModelError {
  return new ModelError(code, message, { hints })
}
