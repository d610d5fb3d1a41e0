import type { Config } from '../domain/config.ts'
import type { Oid } from '../domain/run.ts'
import { git } from '../git/run-git.ts'
import { readConfig } from '../store/config.ts'
import { modelsAt, type ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { runsOfCommit, type LinkedRun } from './link-runs.ts'
import { metadataState, type MetadataState } from '../store/metadata-state.ts'
import { showFiles, type ShownFile } from './show-files.ts'

/** All that is known of a commit. */
export interface ShownCommit {
  kind: 'commit'
  commit: Oid
  subject: string
  author: string
  /** ISO 8601. */
  date: string
  /** The one that counts first. */
  linked: LinkedRun[]
  /** Whether runs are here at all. */
  state: MetadataState
  models: { model: ModelAt; files: ShownFile[] }[]
  config: Config
}

/**
 * Gathers all that is known of a commit.
 *
 * @param options.nearest - looks at earlier commits when no run belongs to this one.
 */
export async function showCommit(
  store: Store,
  commit: Oid,
  options: { nearest?: boolean } = {},
): Promise<ShownCommit> {
  const [header, linked, state, models, config] = await Promise.all([
    readHeader(store, commit),
    runsOfCommit(store, commit, { nearest: options.nearest === true }),
    metadataState(store, 'runs'),
    modelsAt(store, commit),
    readConfig(store.repo, commit),
  ])
  const withFiles = await Promise.all(
    models.map(async (model) => ({ model, files: await showFiles(store, model.pointers) })),
  )
  return { kind: 'commit', commit, ...header, linked, state, models: withFiles, config }
}

async function readHeader(
  store: Store,
  commit: Oid,
): Promise<Pick<ShownCommit, 'subject' | 'author' | 'date'>> {
  const args = [
    'log',
    '-1',
    '--no-show-signature',
    '--no-notes',
    '--format=%an <%ae>%x00%aI%x00%s',
    commit,
    '--',
  ]
  const [author = '', date = '', subject = ''] = (await git(store.repo, args)).stdout.trimEnd().split('\0')
  return { author, date: Number.isNaN(Date.parse(date)) ? date : new Date(date).toISOString(), subject }
}
