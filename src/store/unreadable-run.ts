import { ModelError } from '../domain/errors.ts'
import { readNotes } from '../git/notes.ts'
import { RUNS_NOTES } from '../git/refs.ts'
import type { Store } from './store.ts'
import type { UnreadableRun } from './stored-run.ts'

/**
 * Says why a run cannot be read, where digits of an id mean one whose note holds no record for this program.
 *
 * @returns an error `note-newer` or `note-invalid`; undefined where no such run is meant, or several are.
 */
export async function unreadableRun(
  { repo, tips }: Store,
  unreadable: readonly UnreadableRun[],
  id: string,
): Promise<ModelError | undefined> {
  const [meant, another] = /^[0-9a-f]{4,}$/.test(id) ? unreadable.filter(({ run }) => run.startsWith(id)) : []
  if (meant === undefined || another !== undefined) return undefined
  const { run, problems } = meant
  const note = (await readNotes(repo, tips.get(RUNS_NOTES), [run])).get(run)
  const { decodeRunNote } = await import('../schema/run-note.ts')
  const found = decodeRunNote(note?.text ?? '').problems
  const isNewer = found.length > 0 && found.every(({ code }) => code === 'note-newer')
  const short = run.slice(0, 12)
  return new ModelError(
    isNewer ? 'note-newer' : 'note-invalid',
    `the note of run ${short} cannot be read, ${problems[0] ?? 'it is empty'}`,
    {
      hints: [
        ...(isNewer ? ['install a newer version of git-model'] : []),
        `as it stands: git notes --ref=model/runs show ${short}`,
        ...(isNewer ? [] : ['who wrote it: git log refs/notes/model/runs']),
      ],
      data: { run, problems },
    },
  )
}
