import { MODEL_FILES } from '../../domain/logged-model.ts'
import { ARTIFACTS, type OutputFile } from '../../domain/run.ts'
import { isSafePath } from '../../domain/safe-path.ts'
import { ProtocolError } from '../protocol-error.ts'
import { decodeAll } from '../http/decode-all.ts'
import { findModel } from '../tracking/find-model.ts'
import type { TrackedRun } from '../tracking/tracked-run.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { findRun } from '../resources/runs.ts'

/** Where an artifact path leads: a run, and a path in its outputs commit. */
export interface ArtifactPlace {
  readonly run: TrackedRun
  readonly path: string
}

/** A file or folder, as MLflow lists it. */
export interface FileInfo {
  readonly path: string
  readonly is_dir: boolean
  readonly file_size?: number
}

/**
 * Finds the place of an artifact path: `<experiment>/<run>/artifacts/…` or `<experiment>/models/<model>/artifacts/…`.
 *
 * @throws ProtocolError for a path that leads elsewhere, or to a run or model that is not here.
 */
export async function findPlace(tracking: Tracking, artifactPath: string): Promise<ArtifactPlace> {
  const path = checkPath(artifactPath)
  const model = /^[^/]+\/models\/([^/]+)\/artifacts(?:\/(.+))?$/.exec(path)
  if (model !== null) {
    const { run } = await findModel(tracking, model[1]!)
    return { run, path: join(`${MODEL_FILES}/${model[1]}`, model[2]) }
  }
  const ofRun = /^[^/]+\/([^/]+)\/artifacts(?:\/(.+))?$/.exec(path)
  if (ofRun === null) throw invalidPath()
  return { run: await findRun(tracking, ofRun[1]!), path: join(ARTIFACTS, ofRun[2]) }
}

/** Checks that a path stays inside. @returns it without a slash at its end. @throws ProtocolError `Invalid path`. */
export function checkPath(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  if (!isSafePath(trimmed) || !isSafePath(decodeAll(trimmed)) || trimmed.includes('#')) throw invalidPath()
  return trimmed
}

/** Lists what is directly in a folder, sorted by name. A file's own path has nothing in it. */
export function listFolder(files: Iterable<OutputFile>, folder: string): FileInfo[] {
  const found = new Map<string, FileInfo>()
  for (const { path, size } of files) {
    if (!path.startsWith(`${folder}/`)) continue
    const [name = '', ...rest] = path.slice(folder.length + 1).split('/')
    if (rest.length > 0) found.set(name, { path: name, is_dir: true })
    // As MLflow has it: an empty file has no size.
    else found.set(name, { path: name, is_dir: false, ...(size > 0 && { file_size: size }) })
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function join(folder: string, rest: string | undefined): string {
  return rest === undefined ? folder : `${folder}/${rest}`
}

function invalidPath(): ProtocolError {
  return new ProtocolError('INVALID_PARAMETER_VALUE', 'Invalid path')
}
