import type { Scalar } from '../../domain/scalar.ts'
import type { RunDataset } from '../../domain/logged-model.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import { toKeyValues, type KeyValue } from './to-tags.ts'

/** The tag that says a run's name. */
export const RUN_NAME_TAG = 'mlflow.runName'
const PARENT_TAG = 'mlflow.parentRunId'
const USER_TAG = 'mlflow.user'
const SOURCE_TAG = 'mlflow.source.name'
const COMMIT_TAG = 'mlflow.source.git.commit'

/** Writes a run as MLflow does. @param experiment - its id. */
export function toRun(run: TrackedRun, experiment: string): object {
  const data = toRunData(run)
  const inputs = {
    ...(run.datasets.size > 0 && { dataset_inputs: [...run.datasets.values()].map(toDatasetInput) }),
    ...(run.modelInputs.size > 0 && { model_inputs: [...run.modelInputs].map((model_id) => ({ model_id })) }),
  }
  const outputs = [...run.modelOutputs.values()].map(({ model, step }) => ({ model_id: model, step }))
  return {
    info: toRunInfo(run, experiment),
    data,
    inputs,
    ...(outputs.length > 0 && { outputs: { model_outputs: outputs } }),
  }
}

/** Writes what identifies a run. */
export function toRunInfo(run: TrackedRun, experiment: string): object {
  return {
    run_uuid: run.run,
    run_id: run.run,
    experiment_id: experiment,
    run_name: run.name,
    user_id: userOf(run),
    status: run.status.toUpperCase(),
    start_time: run.started,
    ...(run.finished !== undefined && { end_time: run.finished }),
    artifact_uri: artifactUri(run.run, experiment),
    lifecycle_stage: run.deleted ? 'deleted' : 'active',
  }
}

/** Where clients find the artifacts of a run: through this server, never behind its back. */
export function artifactUri(run: string, experiment: string): string {
  return `mlflow-artifacts:/${experiment}/${run}/artifacts`
}

/** The user of a run: who MLflow says it was, else who git says. */
export function userOf(run: TrackedRun): string {
  return String(run.tags.get(USER_TAG) ?? run.author?.replace(/ <.*>$/, '') ?? '')
}

/** The tags of a run, and those of MLflow's that only its record says: its name, its parent, its commit. */
export function tagsOf(run: TrackedRun): Map<string, Scalar> {
  const tags = new Map(run.tags)
  const known: readonly (readonly [string, string | undefined])[] = [
    [RUN_NAME_TAG, run.name],
    [PARENT_TAG, run.parent],
    [COMMIT_TAG, run.commit],
    [USER_TAG, userOf(run)],
    [SOURCE_TAG, run.command?.join(' ')],
  ]
  for (const [key, value] of known) {
    if (value !== undefined && (key === RUN_NAME_TAG || !tags.has(key))) tags.set(key, value)
  }
  return tags
}

function toRunData(run: TrackedRun): object {
  const metrics = [...run.metrics.latest].map(([key, { value, step, time }]) => ({
    key,
    value,
    timestamp: time,
    step,
  }))
  const params: KeyValue[] = toKeyValues(run.params)
  const tags = toKeyValues(tagsOf(run))
  return {
    ...(metrics.length > 0 && { metrics }),
    ...(params.length > 0 && { params }),
    ...(tags.length > 0 && { tags }),
  }
}

function toDatasetInput({ name, digest, type, source, schema, profile, tags }: RunDataset): object {
  return {
    tags: toKeyValues(Object.entries(tags ?? {})),
    dataset: {
      name,
      digest,
      source_type: type,
      source,
      ...(schema !== undefined && { schema }),
      ...(profile !== undefined && { profile }),
    },
  }
}
