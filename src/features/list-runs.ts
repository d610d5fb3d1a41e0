import type { Config } from '../domain/config.ts'
import { matchesFilter } from '../domain/filter-match.ts'
import { parseFilter } from '../domain/filter-parse.ts'
import { filterView } from '../domain/filter-view.ts'
import { parseSort } from '../domain/sort-key.ts'
import { sortRuns } from '../domain/sort-runs.ts'
import type { World } from '../domain/world.ts'
import { readConfig } from '../store/config.ts'
import { openStore } from '../store/open-store.ts'
import { scanRuns, type StoredRun, type UnreadableRun } from '../store/runs.ts'
import { metadataState, type MetadataState } from './metadata-state.ts'

/** Which runs to list, and in which order. */
export interface ListRunsOptions {
  /** A filter, see `parseFilter`. */
  filter?: string
  /** Sort keys, see `parseSort`. By default the newest first. */
  sort?: string
  /** Whether deleted runs are listed too. */
  deleted?: boolean
}

/** The runs that were asked for. */
export interface RunList {
  /** In order. */
  runs: StoredRun[]
  /** How many runs there are that are not deleted, whether they fit the filter or not. */
  known: number
  /** How many deleted runs fit the filter and were left out. */
  hidden: number
  unreadable: UnreadableRun[]
  config: Config
  state: MetadataState
}

/**
 * Lists runs: finished ones from the notes and running ones from their journals.
 *
 * @throws ModelError `filter-invalid`, `config-invalid`, `not-a-repository`.
 */
export async function listRuns(world: World, options: ListRunsOptions = {}): Promise<RunList> {
  const filter = parseFilter(options.filter ?? '')
  const keys = options.sort === undefined ? [] : parseSort(options.sort)
  const store = await openStore(world)
  const [config, { runs, unreadable }] = await Promise.all([readConfig(store.repo), scanRuns(store)])
  const fitting = runs.filter(({ record }) => matchesFilter(filter, filterView(record)))
  const shown = fitting.filter(({ record }) => options.deleted === true || record.deleted !== true)
  const goals = new Map(Object.entries(config.metrics ?? {}))
  return {
    runs: sortRuns(shown, keys, ({ record }) => filterView(record), {
      goal: (metric) => goals.get(metric)?.goal,
    }),
    known: runs.filter(({ record }) => record.deleted !== true).length,
    hidden: fitting.length - shown.length,
    unreadable,
    config,
    state: await metadataState(store, 'runs'),
  }
}
