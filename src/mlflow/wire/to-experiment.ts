import type { Experiment } from '../../domain/entity.ts'
import { toKeyValues } from './to-tags.ts'

/** Writes an experiment as MLflow does. */
export function toExperiment(experiment: Experiment, id: string): object {
  const tags = toKeyValues(Object.entries(experiment.tags ?? {}))
  return {
    experiment_id: id,
    name: experiment.name,
    artifact_location: experiment.artifacts ?? `mlflow-artifacts:/${id}`,
    lifecycle_stage: experiment.deleted === true ? 'deleted' : 'active',
    last_update_time: experiment.updated,
    creation_time: experiment.created,
    ...(tags.length > 0 && { tags }),
  }
}
