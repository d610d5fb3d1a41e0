import type { ModelMetric } from '../../domain/logged-model.ts'
import type { FoundModel } from '../tracking/find-model.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { toKeyValues } from './to-tags.ts'

const STATUS = {
  pending: 'LOGGED_MODEL_PENDING',
  ready: 'LOGGED_MODEL_READY',
  failed: 'LOGGED_MODEL_UPLOAD_FAILED',
} as const

/** A value that was measured on a model, and the run that measured it. */
export interface MeasuredMetric extends ModelMetric {
  readonly run: string
}

/** Where clients find the files of a logged model. */
export function modelUri(id: string, experiment: string): string {
  return `mlflow-artifacts:/${experiment}/models/${id}/artifacts`
}

/** Writes a logged model as MLflow does. */
export function toModel(tracking: Tracking, found: FoundModel): object {
  const { id, model, run } = found
  const experiment = tracking.experiments.idOf(run.experiment)
  const params = toKeyValues(Object.entries(model.params ?? {}))
  const metrics = metricsOf(tracking, id).map(
    ({ metric, value, time, step, dataset, digest, run: runId }) => ({
      key: metric,
      value,
      timestamp: time,
      step,
      model_id: id,
      run_id: runId,
      ...(dataset !== undefined && { dataset_name: dataset }),
      ...(digest !== undefined && { dataset_digest: digest }),
    }),
  )
  return {
    info: {
      model_id: id,
      experiment_id: experiment,
      name: model.name,
      creation_timestamp_ms: model.created,
      last_updated_timestamp_ms: model.updated,
      artifact_uri: modelUri(id, experiment),
      status: STATUS[model.status],
      ...(model.type !== undefined && { model_type: model.type }),
      ...(!run.isHost && { source_run_id: run.run }),
      ...(model.message !== undefined && { status_message: model.message }),
      tags: toKeyValues(Object.entries(model.tags ?? {})),
    },
    data: { ...(params.length > 0 && { params }), ...(metrics.length > 0 && { metrics }) },
  }
}

/** Lists what all runs measured on a model. */
export function metricsOf(tracking: Tracking, id: string): MeasuredMetric[] {
  return tracking.runs().flatMap((run) => {
    if (run.modelMetrics.size === 0) return []
    return [...run.modelMetrics.values()]
      .filter(({ model }) => model === id)
      .map((metric) => ({ ...metric, run: run.run }))
  })
}
