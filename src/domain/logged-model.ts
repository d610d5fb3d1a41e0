import type { StoredNumber } from './number.ts'
import type { Scalar } from './scalar.ts'

/** A model that a run logged through MLflow, by its id in the record's `models`. Its files are outputs of the run. */
export interface LoggedModel {
  name: string
  status: 'pending' | 'ready' | 'failed'
  /** Milliseconds since 1970. */
  created: number
  /** Milliseconds since 1970. */
  updated: number
  /** What made it, such as `sklearn`. */
  type?: string
  /** Why it failed. */
  message?: string
  params?: Record<string, Scalar>
  tags?: Record<string, Scalar>
  /** Present on one that was deleted. */
  deleted?: true
}

/** A value that was measured on a logged model, perhaps by another run than the one that made it. */
export interface ModelMetric {
  model: string
  metric: string
  value: StoredNumber
  step: number
  /** Milliseconds since 1970. */
  time: number
  /** Name and digest of the data set it was measured on. */
  dataset?: string
  digest?: string
}

/** A logged model that a run made or passed on, with the step at which it did. */
export interface ModelOutput {
  model: string
  step: number
}

/** A data set that a run read, as MLflow describes it. */
export interface RunDataset {
  name: string
  digest: string
  type: string
  source: string
  schema?: string
  profile?: string
  tags?: Record<string, Scalar>
}

/** Where the files of a logged model stand in the outputs commit of its run. */
export const MODEL_FILES = '.model/models'
