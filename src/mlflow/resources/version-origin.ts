import { missing } from '../protocol-error.ts'
import { findModel } from '../tracking/find-model.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { modelUri } from '../wire/to-model.ts'
import { versionsOf, type NumberedVersion } from '../wire/to-registered-model.ts'
import { liveModels } from './registry.ts'

/** What a version was made from: a logged model, and the run that logged it. */
export interface VersionOrigin {
  readonly model: string | undefined
  readonly run: string | undefined
}

/** How often a version may be a copy of a copy. */
const DEEPEST = 100

/**
 * Finds what a version is made from; undefined where nobody here knows.
 *
 * @param asked - the logged model that the request names; empty where it names none.
 * @throws ProtocolError RESOURCE_DOES_NOT_EXIST for a model or a version that is not here.
 */
export async function findOrigin(
  tracking: Tracking,
  source: string,
  asked: string,
): Promise<VersionOrigin | undefined> {
  const id = asked || loggedModelOf(source)
  if (id !== undefined) {
    const { run } = await findModel(tracking, id)
    return { model: id, run: run.isHost ? undefined : run.run }
  }
  const copied = await findCopied(tracking, source)
  return copied === undefined ? undefined : { model: copied[1].model, run: copied[1].run }
}

/** Finds where the files of a version are: a version that is a copy of another has that one's. */
export async function findStorage(tracking: Tracking, source: string, depth = 0): Promise<string> {
  const id = loggedModelOf(source)
  if (id !== undefined) {
    const { run } = await findModel(tracking, id)
    return modelUri(id, tracking.experiments.idOf(run.experiment))
  }
  const copied = depth < DEEPEST ? await findCopied(tracking, source) : undefined
  return copied === undefined ? source : findStorage(tracking, copied[1].source, depth + 1)
}

function loggedModelOf(source: string): string | undefined {
  return /^models:\/(m-[\w-]+)$/.exec(source)?.[1]
}

// `models:/<name>/<version>`, `models:/<name>/latest` or `models:/<name>@<alias>`.
async function findCopied(tracking: Tracking, source: string): Promise<NumberedVersion | undefined> {
  const [, name, number, alias] = /^models:\/([^/@]+)(?:\/([^/@]+)|@(.+))$/.exec(source) ?? []
  if (name === undefined) return undefined
  await tracking.refresh()
  const model = liveModels(tracking).find((each) => each.name === name)
  if (model === undefined) throw missing(`Registered Model with name=${name} not found`)
  const versions = versionsOf(model)
  const wanted = alias === undefined ? number : model.aliases?.[alias]
  const found = wanted === 'latest' ? versions.at(-1) : versions.find(([each]) => each === wanted)
  if (found === undefined) throw missing(`Model Version (name=${name}, version=${wanted ?? alias}) not found`)
  return found
}
