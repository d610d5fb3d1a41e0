import type { ModelMetric, ModelOutput, RunDataset } from './logged-model.ts'
import type { StoredNumber } from './number.ts'
import type { SeriesColumns } from './series.ts'
import type { Environment, OutputFile, RunExit, RunInput, RunRecord, RunStatus } from './run.ts'
import type { Scalar } from './scalar.ts'

/** What a run record holds when the run starts. */
export type RunStart = Pick<RunRecord, 'run' | 'name' | 'kind' | 'started' | 'code'> &
  Partial<Pick<RunRecord, 'experiment' | 'author' | 'command' | 'parent' | 'params' | 'tags' | 'notes'>>

/** Names a process so that another process of this machine can tell whether it still lives. */
export interface ProcessIdentity {
  pid: number
  /** When it started, as the system counts; absent where the system does not tell. */
  started?: string
  /** The boot and pid namespace in which `pid` has a meaning. */
  host: string
}

/** One line of a run's journal. */
export interface JournalEvent {
  /** Milliseconds since 1970. */
  time: number
  /** A later time that stands above it in its file, as where the clock was set back. Set when a journal is read. */
  notBefore?: number
  start?: RunStart
  /** A process that belongs to the run: it is alive as long as one of them is. */
  process?: ProcessIdentity
  /** Values of one step. */
  metrics?: Record<string, StoredNumber>
  /** The step of `metrics`. */
  step?: number
  /** Many points at once, with times of their own: columns of equal length, by metric. */
  points?: Record<string, SeriesColumns>
  params?: Record<string, Scalar>
  /** null takes a tag away. */
  tags?: Record<string, Scalar | null>
  name?: string
  experiment?: string
  notes?: string
  links?: string[]
  inputs?: RunInput[]
  outputs?: OutputFile[]
  /** Paths of outputs that are taken away; null: no longer. */
  removed?: Record<string, true | null>
  environment?: Environment
  deleted?: boolean
  /** A status that says nothing of the run's end: one that goes on after it had ended, or what its command claims. */
  status?: RunStatus
  /** Fields of logged models, by path (`models/m-1/status`); null takes one away. */
  models?: Record<string, unknown>
  datasets?: RunDataset[]
  model_inputs?: string[]
  model_outputs?: ModelOutput[]
  model_metrics?: ModelMetric[]
  /**
   * `at`: when the run ended, in milliseconds since 1970, where that is not the time of the event. `inferred`: nobody
   * said so, but no process of the run lives in this clone; it stands in no journal.
   */
  finish?: { status: Exclude<RunStatus, 'running'>; exit?: RunExit; at?: number; inferred?: true }
}
