import type { Config } from '../domain/config.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { statObjects } from '../git/read-objects.ts'
import { readConfig } from '../store/config.ts'
import type { ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { findProducers, type StoredRun } from '../store/runs.ts'
import { findModelCard, type ModelCard } from './show-card.ts'
import { showFiles, type ShownFile } from './show-files.ts'

/** All that is known of a model in the work tree or in a commit. */
export interface ShownModel {
  kind: 'model'
  model: ModelAt
  /** Whether `.gitmodel.yaml` names it. */
  configured: boolean
  /** Its weights in Git LFS. */
  files: ShownFile[]
  /** Size in bytes of a model that stands in git itself; undefined for one in LFS, a folder, or nothing. */
  plainSize: number | undefined
  /** Runs whose outputs hold the weights, the newest first. */
  producers: StoredRun[]
  card: ModelCard
  config: Config
}

/** Gathers all that is known of a model. */
export async function showModel(store: Store, model: ModelAt): Promise<ShownModel> {
  const [files, config, producers, card, [stat]] = await Promise.all([
    showFiles(store, model.pointers, model.revision === undefined),
    readConfig(store.repo, model.revision),
    producersOf(store, model),
    findModelCard(store, model),
    model.target === undefined ? [] : statObjects(store.repo, [model.target]),
  ])
  const configured = Object.values(config.models ?? {}).some(({ path }) => path === model.path)
  const plainSize = files.length === 0 && stat?.type === 'blob' ? stat.size : undefined
  return {
    kind: 'model',
    model,
    configured,
    files,
    plainSize,
    producers,
    card,
    config,
  }
}

async function producersOf(store: Store, { pointers }: ModelAt): Promise<StoredRun[]> {
  const runs = await findProducers(
    store,
    pointers.map(({ oid }) => sha256Name(oid)),
  )
  return runs
    .filter(({ record }) => record.deleted !== true)
    .sort((a, b) => (`${b.record.started}${b.record.run}` < `${a.record.started}${a.record.run}` ? -1 : 1))
}
