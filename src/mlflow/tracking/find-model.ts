import type { LoggedModel } from '../../domain/logged-model.ts'
import { missing } from '../protocol-error.ts'
import type { TrackedRun } from './tracked-run.ts'
import type { Tracking } from './tracking.ts'

/** A logged model, and the run whose record it is in. */
export interface FoundModel {
  readonly id: string
  readonly model: LoggedModel
  readonly run: TrackedRun
}

/** Lists all logged models that are not deleted. */
export async function listModels(tracking: Tracking): Promise<FoundModel[]> {
  await tracking.refresh()
  return tracking.runs().flatMap((run) => {
    if (run.modelFields.size === 0) return []
    return Object.entries(run.models).flatMap(([id, value]) => {
      const model = value as LoggedModel
      return model.deleted === true ? [] : [{ id, model, run }]
    })
  })
}

/** Finds a logged model. @throws ProtocolError RESOURCE_DOES_NOT_EXIST. */
export async function findModel(tracking: Tracking, id: string): Promise<FoundModel> {
  await tracking.refresh()
  for (const run of tracking.runs()) {
    const model = run.modelFields.has(`models/${id}/name`) ? (run.models[id] as LoggedModel) : undefined
    if (model !== undefined && model.deleted !== true) return { id, model, run }
  }
  throw missing(`Logged model with ID '${id}' not found.`)
}
