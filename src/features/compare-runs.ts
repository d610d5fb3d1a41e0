import { compareRunFields, type ComparedField } from '../domain/compare-runs.ts'
import type { Config } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import { formatCommand } from '../domain/quote-shell.ts'
import type { World } from '../domain/world.ts'
import { readConfig } from '../store/config.ts'
import { openStore } from '../store/open-store.ts'
import { findRun, type StoredRun } from '../store/runs.ts'

/** Runs side by side. */
export interface ComparedRuns {
  /** In the order in which they were named. */
  runs: StoredRun[]
  /** All of their fields. */
  fields: ComparedField[]
  config: Config
}

/**
 * Puts runs side by side, as many as are named. A run that is named twice counts once.
 *
 * @param names - ids, abbreviated ids or names.
 * @throws ModelError `argument-invalid` for fewer than two runs, `run-unknown`, `revision-ambiguous`, `config-invalid`.
 */
export async function compareRuns(world: World, names: readonly string[]): Promise<ComparedRuns> {
  if (names.length < 2) throw tooFew(names)
  const store = await openStore(world)
  const found = new Map<string, StoredRun>()
  for (const name of names) {
    const run = await findRun(store, name)
    found.set(run.record.run, run)
  }
  const runs = [...found.values()]
  if (runs.length < 2) throw tooFew(names)
  const config = await readConfig(store.repo)
  return {
    runs,
    fields: compareRunFields(
      runs.map(({ record }) => record),
      config,
    ),
    config,
  }
}

function tooFew([name = 'RUN']: readonly string[]): ModelError {
  return new ModelError('argument-invalid', 'two runs at least are needed to compare', {
    hints: [
      formatCommand('git', 'model', 'compare', name, 'RUN'),
      'git model runs',
      formatCommand('git', 'model', 'show', name),
    ],
  })
}
