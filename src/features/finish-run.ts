import { isModelError, ModelError } from '../domain/errors.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import type { Repository } from '../git/repository.ts'
import { appendEvent } from '../journal/append-event.ts'
import { readTips } from '../git/read-tips.ts'
import { readDigestState } from '../store/digest-state.ts'
import { foldJournals } from '../store/fold-journals.ts'
import { followMove } from './follow-move.ts'

/**
 * Ends a run: its journal says so, on disk, and is folded into the notes. When folding fails the journal
 * stays, and the next command folds it.
 *
 * @returns its record as the notes have it.
 * @throws ModelError `disk-full`, `write-failed`, `busy`.
 */
export async function finishRun(
  before: World,
  started: { run: Oid; repo: Repository; folder: string },
  finish: NonNullable<JournalEvent['finish']>,
): Promise<RunRecord> {
  const { world, started: run } = await followMove(before, started)
  appendEvent(run.folder, { time: world.now(), finish }, true)
  try {
    const { records, left } = await foldJournals(run.repo, world)
    const own = left.find((other) => other.run === run.run)
    if (own !== undefined) throw own.error
    const record = records.find((folded) => folded.run === run.run) ?? (await readFolded(world, run.run))
    await renewDigests(world, run.repo)
    return record
  } catch (error) {
    throw keptInJournal(run.run, error)
  }
}

function keptInJournal(run: Oid, error: unknown): ModelError {
  const { message, code } = error as NodeJS.ErrnoException
  const kind = isModelError(error)
    ? error.code
    : code === 'ENOSPC' || code === 'EDQUOT'
      ? 'disk-full'
      : 'write-failed'
  return new ModelError(
    kind,
    `the run is kept in its journal, and could not be written into git yet: ${message}`,
    {
      hints: ['mend the cause, then: git model doctor --fix'],
      data: { run },
      cause: error,
    },
  )
}

async function renewDigests(world: World, repo: Repository): Promise<void> {
  if (readDigestState(repo.commonDir) === undefined) return
  const { refreshDigests } = await import('../store/refresh-digests.ts')
  await refreshDigests({ repo, world, tips: await readTips(repo) })
}

// Another process, which ended at the same moment, folded this run along with its own.
async function readFolded(world: World, run: Oid): Promise<RunRecord> {
  const { openStore } = await import('../store/open-store.ts')
  const { readRun } = await import('../store/runs.ts')
  return (await readRun(await openStore(world), run))!.record
}
