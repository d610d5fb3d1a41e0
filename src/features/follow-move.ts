import { existsSync, realpathSync } from 'node:fs'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { journalFolder } from '../journal/journal-folder.ts'

/** A run that goes on, and where it is recorded. */
interface Placed {
  run: Oid
  repo: Repository
  folder: string
}

/**
 * Finds the repository of a run again where it was moved or renamed while the run went on: from the current folder, which
 * moves along.
 *
 * @throws ModelError `write-failed` where the run is not there either.
 */
export async function followMove<T extends Placed>(
  world: World,
  started: T,
): Promise<{ world: World; started: T }> {
  if (existsSync(started.repo.commonDir)) return { world, started }
  try {
    // Node remembers the name that the folder had, and the system knows the one that it has.
    const here = { ...world, cwd: realpathSync.native('.') }
    const repo = await openRepository(here)
    const folder = journalFolder(repo.commonDir, started.run)
    if (existsSync(folder)) return { world: here, started: { ...started, repo, folder } }
  } catch (error) {
    throw gone(started, error)
  }
  throw gone(started)
}

function gone({ run, repo }: Placed, cause?: unknown): ModelError {
  const message = `the repository is no longer at "${repo.root}", so it was not written that the run ${run.slice(0, 12)} has ended, nor what it left`
  return new ModelError('write-failed', message, {
    hints: ['what it logged is where the repository is now; there: git model doctor --fix'],
    data: { run, root: repo.root },
    cause,
  })
}
