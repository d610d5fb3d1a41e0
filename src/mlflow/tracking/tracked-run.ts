import type { JournalEvent } from '../../domain/journal-event.ts'
import { flatten, unflatten } from '../../domain/flatten.ts'
import type { ModelMetric, ModelOutput, RunDataset } from '../../domain/logged-model.ts'
import type { Oid, OutputFile, RunRecord, RunStatus } from '../../domain/run.ts'
import type { Scalar } from '../../domain/scalar.ts'
import type { AllowSecret } from '../../domain/secrets.ts'
import { presentFiles } from '../../domain/present-files.ts'
import { stableJson } from '../../domain/stable-json.ts'
import { JournalFollower } from '../../journal/follow-journal.ts'
import { journalFolder } from '../../journal/journal-folder.ts'
import { toPoints } from '../../domain/series.ts'
import { detach, intern } from './intern.ts'
import { MetricHistory } from './metric-history.ts'

/** The tag of a run that hosts a model which was logged outside of any run. */
export const HOST_TAG = 'git-model.host'

/**
 * A run as it stands, in memory: what the notes have of it, and on top whatever its journal got since, from this
 * process or another. Reading the journal costs what was added, not what is there.
 */
export class TrackedRun {
  readonly run: Oid
  readonly kind: RunRecord['kind']
  /** The code commit. */
  readonly commit: Oid
  readonly author: string | undefined
  readonly command: readonly string[] | undefined
  readonly parent: Oid | undefined
  experiment: string | undefined
  readonly started: number
  name: string
  status: RunStatus
  finished: number | undefined
  deleted: boolean
  readonly params = new Map<string, Scalar>()
  readonly tags = new Map<string, Scalar>()
  readonly metrics: MetricHistory
  /** Whether its start is in a journal: it was not folded into the notes yet. */
  readonly isLive: boolean
  /** The outputs commit, as far as there is one. */
  readonly outputsCommit: Oid | undefined
  readonly #commonDir: string
  #follower: JournalFollower | undefined
  #sets: RunSets | undefined
  #models: Record<string, unknown> | undefined

  /** @param commonDir - the git directory where its journal is, if it has one. */
  constructor(record: RunRecord, commonDir: string, isLive: boolean) {
    this.run = detach(record.run)
    this.kind = intern(record.kind)
    this.commit = intern(record.code.commit)
    this.author = intern(record.author)
    this.command = record.command
    this.parent = record.parent
    this.experiment = intern(record.experiment)
    this.started = Date.parse(record.started)
    this.name = intern(record.name)
    this.status = intern(record.status)
    this.finished = record.finished === undefined ? undefined : Date.parse(record.finished)
    this.deleted = record.deleted === true
    this.metrics = new MetricHistory(record.metrics)
    this.isLive = isLive
    this.outputsCommit = record.outputs?.commit
    this.#commonDir = commonDir
    setAll(this.params, record.params)
    setAll(this.tags, record.tags)
    this.#addSets({
      time: 0,
      outputs: presentFiles(record),
      datasets: record.datasets ?? [],
      model_inputs: record.model_inputs ?? [],
      model_outputs: record.model_outputs ?? [],
      model_metrics: record.model_metrics ?? [],
    })
    if (record.models === undefined) return
    for (const [path, value] of flatten(record.models, 'models/')) this.#own.modelFields.set(path, value)
  }

  /** The files it logged, by path. */
  get outputs(): ReadonlyMap<string, OutputFile> {
    return this.#seen.outputs
  }

  get datasets(): ReadonlyMap<string, RunDataset> {
    return this.#seen.datasets
  }

  get modelInputs(): ReadonlySet<string> {
    return this.#seen.modelInputs
  }

  get modelOutputs(): ReadonlyMap<string, ModelOutput> {
    return this.#seen.modelOutputs
  }

  get modelMetrics(): ReadonlyMap<string, ModelMetric> {
    return this.#seen.modelMetrics
  }

  /** The fields of its logged models, by path. */
  get modelFields(): ReadonlyMap<string, unknown> {
    return this.#seen.modelFields
  }

  /** Takes in what was added to the journal. */
  refresh(): this {
    this.take(this.#journal.next())
    return this
  }

  /** Whether all there is of it is in its journal, so that no notes can say more. */
  get isJournaled(): boolean {
    return this.isLive && this.#journal.isThere
  }

  /** Adds to its journal. As `appendEvents`. @returns which places were masked. */
  append(events: readonly JournalEvent[], durable: boolean, isAllowed: AllowSecret): string[] {
    const added = this.#journal.append(events, durable, isAllowed)
    this.take(added.events)
    return added.masked
  }

  /** Takes in events that stand elsewhere. */
  take(events: readonly JournalEvent[]): void {
    for (const event of events) this.#apply(event)
  }

  /** Whether it exists for the sake of a model that was logged outside of any run. */
  get isHost(): boolean {
    return this.kind === 'other' && this.tags.has(HOST_TAG)
  }

  /** The logged models of the run, by id. */
  get models(): Readonly<Record<string, unknown>> {
    this.#models ??= (unflatten(this.modelFields)['models'] ?? {}) as Record<string, unknown>
    return this.#models
  }

  #apply(event: JournalEvent): void {
    setAll(this.params, event.params)
    for (const [key, value] of Object.entries(event.tags ?? {})) setOrDelete(this.tags, key, value)
    for (const [path, value] of Object.entries(event.models ?? {})) {
      setOrDelete(this.#own.modelFields, path, value)
      this.#models = undefined
    }
    for (const [key, value] of Object.entries(event.metrics ?? {})) {
      this.metrics.add(key, [{ value, step: event.step ?? 0, time: event.time }])
    }
    for (const [key, columns] of Object.entries(event.points ?? {})) {
      this.metrics.add(key, toPoints(columns))
    }
    this.#addSets(event)
    this.name = event.name ?? this.name
    this.experiment = event.experiment ?? this.experiment
    this.deleted = event.deleted ?? this.deleted
    this.status = event.status ?? this.status
    if (event.status === 'running') this.finished = undefined
    if (event.finish === undefined) return
    this.status = event.finish.status
    this.finished = event.finish.at ?? event.time
  }

  #addSets(event: JournalEvent): void {
    for (const file of event.outputs ?? []) this.#own.outputs.set(file.path, file)
    for (const [path, isRemoved] of Object.entries(event.removed ?? {})) {
      if (isRemoved === true) this.#own.outputs.delete(path)
    }
    for (const dataset of event.datasets ?? []) this.#own.datasets.set(stableJson(dataset), dataset)
    for (const model of event.model_inputs ?? []) this.#own.modelInputs.add(model)
    for (const output of event.model_outputs ?? []) this.#own.modelOutputs.set(stableJson(output), output)
    for (const metric of event.model_metrics ?? []) this.#own.modelMetrics.set(stableJson(metric), metric)
  }

  get #journal(): JournalFollower {
    return (this.#follower ??= new JournalFollower(journalFolder(this.#commonDir, this.run)))
  }

  get #seen(): RunSets {
    return this.#sets ?? NOTHING
  }

  get #own(): RunSets {
    return (this.#sets ??= new RunSets())
  }
}

// What few of many thousand runs have.
class RunSets {
  readonly outputs = new Map<string, OutputFile>()
  readonly datasets = new Map<string, RunDataset>()
  readonly modelInputs = new Set<string>()
  readonly modelOutputs = new Map<string, ModelOutput>()
  readonly modelMetrics = new Map<string, ModelMetric>()
  readonly modelFields = new Map<string, unknown>()
}

const NOTHING = new RunSets()

function setAll<T>(map: Map<string, T>, values: Readonly<Record<string, T>> | undefined): void {
  for (const [key, value] of Object.entries(values ?? {})) map.set(intern(key), intern(value))
}

function setOrDelete<T>(map: Map<string, T>, key: string, value: T | null): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}
