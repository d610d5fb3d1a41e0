import type { JournalEvent } from '../domain/journal-event.ts'
import type { World } from '../domain/world.ts'
import type { Repository } from '../git/repository.ts'
import { appendEvent } from '../journal/append-event.ts'
import { foldJournals } from '../store/fold-journals.ts'

/**
 * Ends a run: its journal says so, on disk, and is folded into the notes. When folding fails the journal
 * stays, and the next command folds it.
 *
 * @throws ModelError `disk-full`, `write-failed`, `busy`.
 */
export async function finishRun(
  world: World,
  run: { repo: Repository; folder: string },
  finish: NonNullable<JournalEvent['finish']>,
): Promise<void> {
  appendEvent(run.folder, { time: world.now(), finish }, true)
  await foldJournals(run.repo, world)
}
