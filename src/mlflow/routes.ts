import type { Fields } from './fields.ts'
import * as experiments from './resources/experiments.ts'
import { getHistory, getHistoryBulk, getHistoryInterval } from './resources/metrics.ts'
import { deleteTag, logBatch, logMetric, logParam, setTag } from './resources/run-data.ts'
import { createRun, deleteRun, getRun, restoreRun, updateRun } from './resources/runs.ts'
import { searchRuns } from './resources/search-runs.ts'
import type { Tracking } from './tracking/tracking.ts'

/** Answers a request: what it returns is the body of the answer. */
export type Handler = (tracking: Tracking, fields: Fields, parts: PathParts) => Promise<object>

/** What stands in the path where a route has `{name}`. */
export type PathParts = Readonly<Record<string, string>>

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
  'GET metrics/get-history': getHistory,
  'GET metrics/get-history-bulk': getHistoryBulk,
  'GET metrics/get-history-bulk-interval': getHistoryInterval,
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
