import type { ModelVersion, RegisteredModel } from '../../domain/entity.ts'
import { toKeyValues } from './to-tags.ts'

/** The stages of a version, in MLflow's order. */
export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const

/** A version with its number. */
export type NumberedVersion = readonly [number: string, version: ModelVersion]

/** Writes a registered model as MLflow does: with the newest version of each stage. */
export function toRegisteredModel(model: RegisteredModel): object {
  const tags = toKeyValues(Object.entries(model.tags ?? {}))
  const latest = latestVersions(model).map((version) => toModelVersion(model, version))
  const aliases = Object.entries(model.aliases ?? {}).map(([alias, version]) => ({ alias, version }))
  return {
    name: model.name,
    creation_timestamp: model.created,
    last_updated_timestamp: model.updated,
    ...(model.description !== undefined && { description: model.description }),
    ...(latest.length > 0 && { latest_versions: latest }),
    ...(tags.length > 0 && { tags }),
    ...(aliases.length > 0 && { aliases }),
  }
}

/** Writes a version as MLflow does. It is ready at once: there is nothing to wait for. */
export function toModelVersion(model: RegisteredModel, [number, version]: NumberedVersion): object {
  const tags = toKeyValues(Object.entries(version.tags ?? {}))
  const aliases = Object.entries(model.aliases ?? {})
    .filter(([, target]) => target === number)
    .map(([alias]) => alias)
  return {
    name: model.name,
    version: number,
    creation_timestamp: version.created,
    last_updated_timestamp: version.updated,
    current_stage: version.stage ?? 'None',
    description: version.description ?? '',
    source: version.source,
    run_id: version.run ?? '',
    status: 'READY',
    run_link: version.link ?? '',
    ...(version.model !== undefined && { model_id: version.model }),
    ...(tags.length > 0 && { tags }),
    ...(aliases.length > 0 && { aliases }),
  }
}

/** Lists the versions that are not deleted, by number. */
export function versionsOf(model: RegisteredModel): NumberedVersion[] {
  return Object.entries(model.versions ?? {})
    .filter(([, { deleted }]) => deleted !== true)
    .sort(([a], [b]) => Number(a) - Number(b))
}

/** Lists the newest version of each stage. */
export function latestVersions(model: RegisteredModel): NumberedVersion[] {
  const versions = versionsOf(model)
  return STAGES.flatMap((stage): NumberedVersion[] => {
    const latest = versions.findLast(([, version]) => (version.stage ?? 'None') === stage)
    return latest === undefined ? [] : [latest]
  })
}
