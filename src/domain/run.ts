import type { LoggedModel, ModelMetric, ModelOutput, RunDataset } from './logged-model.ts'
import type { StoredNumber } from './number.ts'
import type { Scalar } from './scalar.ts'

/** A git object name: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type Oid = string

/** What a run is for. */
export type RunKind = 'training' | 'evaluation' | 'monitoring' | 'other'

/** How far a run has come. */
export type RunStatus = 'running' | 'finished' | 'failed' | 'killed'

/** The code that a run started from. */
export interface RunCode {
  /** The commit that was checked out. */
  commit: Oid
  /** The tree of the run commit: the exact work tree, uncommitted changes included. */
  tree: Oid
  /** The short name of the branch; absent when HEAD was detached. */
  branch?: string
  /** Whether the work tree differed from the commit. */
  dirty: boolean
  /** Paths in the work tree that the snapshot left out, each with the reason. */
  skipped?: SkippedPath[]
}

/** A path that a snapshot left out. */
export interface SkippedPath {
  path: string
  reason: 'size' | 'binary' | 'secret' | 'total' | 'policy' | 'nested-repository' | 'unreadable'
}

/** What is known of a metric's history without reading it. */
export interface MetricSummary {
  /** The value with the greatest (step, time). */
  last: StoredNumber
  /** The step of `last`. */
  step: number
  min: StoredNumber
  max: StoredNumber
  /** How many points were logged. */
  count: number
  /** When `last` was logged, in milliseconds since 1970. */
  time: number
}

/** Something a run read. */
export interface RunInput {
  path: string
  /** `git-tree:OID`, `git-blob:OID` or `sha256:HEX`. */
  digest: string
}

/** A file that a run produced, kept in Git LFS. */
export interface OutputFile {
  /** Where it stands in the outputs commit: its own path, or one below `.model/artifacts/`. */
  path: string
  /** `sha256:HEX`, which is also the LFS object's name. */
  oid: string
  /** In bytes. */
  size: number
}

/** What a run produced. */
export interface RunOutputs {
  /** The outputs commit: the run commit's child whose tree has the pointers. */
  commit: Oid
  files: OutputFile[]
}

/** The machine and the programs that a run used. Values are short texts or numbers; absent means unknown. */
export type Environment = Record<string, Scalar>

/** How the command of a run ended. */
export interface RunExit {
  /** Exit code, when it exited. */
  code?: number
  /** Name of the signal, when one ended it. */
  signal?: string
}

/**
 * The record of a run: the YAML note on the run commit (`schemas/run-v1.json`).
 *
 * `revision` and `edits` are its logical clock. A field that `edits` does not name was written
 * with revision 1; an entry whose field is absent is a tombstone. See `mergeRuns`.
 */
export interface RunRecord {
  schema: 'run/v1'
  /** The run commit, which is the run's id. */
  run: Oid
  name: string
  experiment?: string
  kind: RunKind
  status: RunStatus
  /** ISO 8601, UTC, milliseconds. */
  started: string
  finished?: string
  author?: string
  command?: string[]
  exit?: RunExit
  code: RunCode
  /** The run that started this one. */
  parent?: Oid
  params?: Record<string, Scalar>
  metrics?: Record<string, MetricSummary>
  tags?: Record<string, Scalar>
  notes?: string
  inputs?: RunInput[]
  outputs?: RunOutputs
  /** Paths of outputs that were taken away again. The outputs commit keeps them. */
  removed?: Record<string, true>
  /** Data sets as MLflow describes them; `inputs` are ours. */
  datasets?: RunDataset[]
  /** Models that the run logged, by id. */
  models?: Record<string, LoggedModel>
  /** Ids of the logged models that the run read. */
  model_inputs?: string[]
  model_outputs?: ModelOutput[]
  model_metrics?: ModelMetric[]
  /** What is not in the record: `metrics`, `files` and `texts` that have no room, and `paths` that hosts refuse. */
  partial?: string[]
  /** Commits that `git model link` tied to this run. */
  links?: Oid[]
  environment?: Environment
  /** Present on a run that was deleted: it is hidden from lists, and stays restorable. */
  deleted?: true
  revision: number
  /** The revision that wrote a field (`name`) or a member (`params/lr`), where it is not 1. */
  edits?: Record<string, number>
}

/** The tag that marks the run to be taken where several belong to one commit. */
export const PICK_TAG = 'pick'

/** The longest name of a param, metric or tag, in characters. */
export const MAX_KEY_LENGTH = 250

/** Tells whether a name is fit for a param, a metric or a tag: printable, trimmed, one line, bounded. */
export function isValidKey(key: string): boolean {
  return (
    key.length > 0 &&
    key.length <= MAX_KEY_LENGTH &&
    key.trim() === key &&
    // Setting up the classes of Unicode takes longer than all of this for most names.
    (/^[ -~]*$/.test(key) || !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(key))
  )
}

/** Where logged artifacts stand in an outputs commit. */
export const ARTIFACTS = '.model/artifacts'
