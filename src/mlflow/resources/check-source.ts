import path from 'node:path'
import { decodeAll } from '../http/decode-all.ts'
import { invalid } from '../protocol-error.ts'

/** What a request says about a version besides where its files are. */
export interface SourceOwner {
  /** Empty where it names none. */
  readonly run: string
  readonly model: string
}

/**
 * Checks where the files of a version are said to be. Whoever loads it reads from there: a teammate may not lead her to
 * files of her own machine.
 *
 * @throws ProtocolError as MLflow words it.
 */
export function checkSource(source: string, owner: SourceOwner): void {
  const refused = `Invalid model version source: '${source}'.`
  if (isLocal(source)) {
    throw invalid(
      `${refused} To use a local path as a model version source, the run_id request parameter has to be specified ` +
        'and the local path has to be contained within the artifact directory of the run specified by the run_id.',
    )
  }
  if (source.startsWith('models://')) {
    throw invalid(`${refused} Registered model sources must use the active model registry.`)
  }
  const decoded = decodeAll(source)
  if (!isAbsolute(decoded)) {
    throw invalid(
      `${refused} If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts ` +
        'uri, an absolute path must be provided without relative path references present. Please provide an absolute path.',
    )
  }
  if (isOwned(decoded, owner)) return
  const name = owner.model === '' ? 'run_id' : 'model_id'
  throw invalid(
    `${refused} The ${name} request parameter must identify the resource that contains the source.`,
  )
}

function isOwned(source: string, { run, model }: SourceOwner): boolean {
  const named = /^runs:\/+([^/]+)/.exec(source)?.[1]
  if (named !== undefined) return model === '' && named === run
  if (!source.startsWith('mlflow-artifacts:')) return true
  const [, owner] = /^[^:]+:(?:\/\/[^/]*)?\/+[^/]+\/(.+?)\/artifacts(?:\/|$)/.exec(source) ?? []
  return owner === (model === '' ? run : `models/${model}`)
}

function isLocal(source: string): boolean {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(source)?.[1]?.toLowerCase()
  return scheme === undefined || scheme === 'file' || scheme.length === 1
}

function isAbsolute(source: string): boolean {
  if (source.includes('\0') || source.split('/').includes('..')) return false
  const [, place = ''] = /^[^:]+:(?:\/\/[^/?#]*)?([^?#]*)/.exec(source) ?? []
  const clean = place.replaceAll(/\/+/g, '/').replace(/\/$/, '')
  return clean.startsWith('/') && path.posix.normalize(clean) === clean
}
