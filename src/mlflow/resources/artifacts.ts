import { ARTIFACTS } from '../../domain/run.ts'
import { MODEL_FILES } from '../../domain/logged-model.ts'
import { checkPath, listFolder } from '../artifacts/artifact-place.ts'
import type { Fields } from '../fields.ts'
import type { PathParts } from '../path-parts.ts'
import { findModel } from '../tracking/find-model.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { artifactUri } from '../wire/to-run.ts'
import { modelUri } from '../wire/to-model.ts'
import { findRun } from './runs.ts'

/** `GET artifacts/list` */
export async function listRunArtifacts(tracking: Tracking, fields: Fields): Promise<object> {
  const run = await findRun(tracking, fields.runId())
  const root = artifactUri(run.run, tracking.experiments.idOf(run.experiment))
  return list(run, root, ARTIFACTS, fields.text('path'))
}

/** `GET logged-models/{id}/artifacts/directories` */
export async function listModelArtifacts(
  tracking: Tracking,
  fields: Fields,
  { id = '' }: PathParts,
): Promise<object> {
  const { run } = await findModel(tracking, id)
  const root = modelUri(id, tracking.experiments.idOf(run.experiment))
  return list(run, root, `${MODEL_FILES}/${id}`, fields.text('artifact_directory_path'))
}

function list(run: TrackedRun, root: string, base: string, path: string): object {
  const inside = path === '' ? '' : checkPath(path)
  const found = listFolder(run.outputs.values(), inside === '' ? base : `${base}/${inside}`)
  const files = found.map((file) => ({ ...file, path: inside === '' ? file.path : `${inside}/${file.path}` }))
  return { root_uri: root, ...(files.length > 0 && { files }) }
}
