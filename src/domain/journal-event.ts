import type { StoredNumber } from './number.ts'
import type { Environment, OutputFile, RunExit, RunInput, RunRecord, RunStatus, Scalar } from './run.ts'

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
  start?: RunStart
  /** A process that belongs to the run: it is alive as long as one of them is. */
  process?: ProcessIdentity
  /** Values of one step. */
  metrics?: Record<string, StoredNumber>
  /** The step of `metrics`. */
  step?: number
  params?: Record<string, Scalar>
  /** null takes a tag away. */
  tags?: Record<string, Scalar | null>
  name?: string
  notes?: string
  links?: string[]
  inputs?: RunInput[]
  outputs?: OutputFile[]
  environment?: Environment
  deleted?: boolean
  finish?: { status: Exclude<RunStatus, 'running'>; exit?: RunExit }
}
