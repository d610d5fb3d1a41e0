import type { Fields } from './fields.ts'
import { listModelArtifacts, listRunArtifacts } from './resources/artifacts.ts'
import * as experiments from './resources/experiments.ts'
import { logInputs } from './resources/inputs.ts'
import * as models from './resources/logged-models.ts'
import { getHistory, getHistoryBulk, getHistoryInterval } from './resources/metrics.ts'
import * as versions from './resources/model-versions.ts'
import * as registry from './resources/registry.ts'
import { deleteTag, logBatch, logMetric, logParam, setTag } from './resources/run-data.ts'
import { createRun, deleteRun, getRun, restoreRun, updateRun } from './resources/runs.ts'
import { searchExperiments } from './resources/search-experiments.ts'
import { searchModels } from './resources/search-models.ts'
import { searchRuns } from './resources/search-runs.ts'
import type { Tracking } from './tracking/tracking.ts'
import type { PathParts } from './path-parts.ts'

/** Answers a request: what it returns is the body of the answer. */
export type Handler = (tracking: Tracking, fields: Fields, parts: PathParts) => Promise<object>

/** Every endpoint, below `/api/2.0/mlflow/` and its like. */
const ROUTES: Readonly<Record<string, Handler>> = {
  'POST experiments/create': experiments.createExperiment,
  'GET experiments/get': experiments.getExperiment,
  'GET experiments/get-by-name': experiments.getExperimentByName,
  'POST experiments/update': experiments.updateExperiment,
  'POST experiments/delete': experiments.deleteExperiment,
  'POST experiments/restore': experiments.restoreExperiment,
  'POST experiments/set-experiment-tag': experiments.setExperimentTag,
  'POST experiments/delete-experiment-tag': experiments.deleteExperimentTag,
  'POST runs/create': createRun,
  'GET runs/get': getRun,
  'POST runs/update': updateRun,
  'POST runs/delete': deleteRun,
  'POST runs/restore': restoreRun,
  'POST runs/search': searchRuns,
  'POST runs/log-metric': logMetric,
  'POST runs/log-parameter': logParam,
  'POST runs/log-batch': logBatch,
  'POST runs/set-tag': setTag,
  'POST runs/delete-tag': deleteTag,
  'POST runs/log-inputs': logInputs,
  'POST runs/outputs': models.logOutputs,
  'POST runs/log-model': models.recordModel,
  'GET artifacts/list': listRunArtifacts,
  'GET metrics/get-history': getHistory,
  'GET metrics/get-history-bulk': getHistoryBulk,
  'GET metrics/get-history-bulk-interval': getHistoryInterval,
  'POST experiments/search': searchExperiments,
  'GET experiments/search': searchExperiments,
  'POST logged-models': models.createModel,
  'POST logged-models/search': searchModels,
  'GET logged-models/{id}': models.getModel,
  'PATCH logged-models/{id}': models.finalizeModel,
  'DELETE logged-models/{id}': models.deleteModel,
  'POST logged-models/{id}/params': models.logModelParams,
  'PATCH logged-models/{id}/tags': models.setModelTags,
  'DELETE logged-models/{id}/tags/{key}': models.deleteModelTag,
  'GET logged-models/{id}/artifacts/directories': listModelArtifacts,
  'POST registered-models/create': registry.createRegisteredModel,
  'GET registered-models/get': registry.getRegisteredModel,
  'PATCH registered-models/update': registry.updateRegisteredModel,
  'POST registered-models/rename': registry.renameRegisteredModel,
  'DELETE registered-models/delete': registry.deleteRegisteredModel,
  'GET registered-models/search': registry.searchRegisteredModels,
  'GET registered-models/get-latest-versions': registry.getLatestVersions,
  'POST registered-models/get-latest-versions': registry.getLatestVersions,
  'POST registered-models/set-tag': registry.setModelTag,
  'DELETE registered-models/delete-tag': registry.deleteModelTag,
  'POST registered-models/alias': versions.setAlias,
  'DELETE registered-models/alias': versions.deleteAlias,
  'GET registered-models/alias': versions.getByAlias,
  'POST model-versions/create': versions.createVersion,
  'GET model-versions/get': versions.getVersion,
  'GET model-versions/search': versions.searchVersions,
  'PATCH model-versions/update': versions.updateVersion,
  'POST model-versions/transition-stage': versions.transitionStage,
  'DELETE model-versions/delete': versions.deleteVersion,
  'GET model-versions/get-download-uri': versions.getDownloadUri,
  'POST model-versions/set-tag': versions.setVersionTag,
  'DELETE model-versions/delete-tag': versions.deleteVersionTag,
}

const PATTERNS = Object.entries(ROUTES)
  .filter(([route]) => route.includes('{'))
  .map(([route, handler]) => ({ segments: route.split('/'), handler }))

/** Finds who answers a request; undefined for an endpoint that is not here. */
export function findRoute(method: string, path: string): { handler: Handler; parts: PathParts } | undefined {
  const route = `${method} ${path}`
  if (Object.hasOwn(ROUTES, route)) return { handler: ROUTES[route]!, parts: {} }
  const segments = route.split('/')
  for (const { segments: pattern, handler } of PATTERNS) {
    const parts = matchSegments(pattern, segments)
    if (parts !== undefined) return { handler, parts }
  }
  return undefined
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): PathParts | undefined {
  if (pattern.length !== segments.length) return undefined
  const parts: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!
    if (part.startsWith('{')) parts[part.slice(1, -1)] = segment
    else if (part !== segment) return undefined
  }
  return parts
}
