import type { Config } from '../domain/config.ts'
import { isModelError, type ModelError } from '../domain/errors.ts'
import { parseFilter } from '../domain/filter-parse.ts'
import { parseSort } from '../domain/sort-key.ts'
import type { World } from '../domain/world.ts'
import { readConfig } from '../store/config.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { askRuns } from '../store/run-index.ts'
import type { StoredRun, UnreadableRun } from '../store/runs.ts'
import { metadataState, type MetadataState } from '../store/metadata-state.ts'
import { askedFields, missingFields, type MissingField } from './missing-fields.ts'
import { selectRuns } from './select-runs.ts'

/** Which runs to list, and in which order. */
export interface ListRunsOptions {
  /** A filter, see `parseFilter`. */
  filter?: string
  /** Sort keys, see `parseSort`. By default the newest first. */
  sort?: string
  /** Whether deleted runs are listed too. */
  deleted?: boolean
  /** At most so many. */
  limit?: number
}

/** The runs that were asked for. */
export interface RunList {
  /** In order, as many as were asked for. */
  runs: StoredRun[]
  /** How many fit. */
  total: number
  /** How many runs there are that are not deleted, whether they fit the filter or not. */
  known: number
  /** How many deleted runs fit the filter and were left out. */
  hidden: number
  /** Metrics, params and tags that the filter or the order asks for and that no run has. */
  missing: MissingField[]
  unreadable: UnreadableRun[]
  config: Config
  /** Why `.gitmodel.yaml` cannot be read: then it counts as empty. */
  invalid?: ModelError
  /** Why what ended or was fetched last could not be written into git. */
  unfolded?: ModelError
  state: MetadataState
}

/**
 * Lists runs: finished ones from the notes and running ones from their journals.
 *
 * @throws ModelError `filter-invalid`, `not-a-repository`.
 */
export async function listRuns(world: World, options: ListRunsOptions = {}): Promise<RunList> {
  const filter = parseFilter(options.filter ?? '')
  const keys = options.sort === undefined ? [] : parseSort(options.sort)
  const fields = [...askedFields(filter), ...keys.map(({ field }) => field)]
  const store = await openStore(world)
  const { config, invalid } = await configOrNone(store)
  const answer = await askRuns(store, async (runs) => {
    const { rows, total, hidden } = await selectRuns(runs, { ...options, filter, keys }, config)
    return {
      runs: await runs.load(rows),
      total,
      known: runs.presentSize,
      hidden,
      missing: missingFields(runs, fields),
      unreadable: await runs.unreadable(),
    }
  })
  const state = await metadataState(store, 'runs')
  const unfolded = store.unfolded ?? store.left?.[0]?.error
  return {
    ...answer,
    config,
    ...(invalid !== undefined && { invalid }),
    ...(unfolded !== undefined && { unfolded }),
    state,
  }
}

// A mistake in the rules is no reason to hide what was recorded.
async function configOrNone(store: Store): Promise<{ config: Config; invalid?: ModelError }> {
  try {
    return { config: await readConfig(store.repo) }
  } catch (error) {
    if (!isModelError(error, 'config-invalid')) throw error
    return { config: {}, invalid: error }
  }
}
