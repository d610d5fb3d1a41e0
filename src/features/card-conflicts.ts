import type { Oid } from '../domain/run.ts'
import { valueAt } from '../domain/card-value.ts'
import { diffNotes } from '../git/notes.ts'
import { readObjects } from '../git/read-objects.ts'
import { parseCard } from '../schema/card-document.ts'
import { conflictsOf, joinCards } from '../schema/merge-cards.ts'
import type { Store } from '../store/store.ts'

/** A field of a card that two people changed to different values. */
export interface CardConflictAt {
  /** The model as its card names it: by its path, else its name. */
  model: string
  /** The object on which the card hangs. */
  target: Oid
  field: string
}

/** Finds the conflicts in the cards that changed between two tips of the cards' notes. */
export async function cardConflicts(
  store: Pick<Store, 'repo'>,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<CardConflictAt[]> {
  if (to === undefined) return []
  const changes = (await diffNotes(store.repo, from, to)).filter(({ after }) => after.length > 0)
  const objects = await readObjects(
    store.repo,
    changes.map(({ after }) => after[0]!),
  )
  return changes.flatMap(({ target }, index) => {
    const parsed = parseCard(joinCards(objects[index]?.content.toString('utf8') ?? ''))
    if (!('document' in parsed)) return []
    const { value } = parsed.document
    const model =
      valueAt(value, ['card', 'weights', 0, 'path']) ?? valueAt(value, ['card', 'identity', 'name'])
    return conflictsOf(parsed.document).map(({ field }) => ({
      model: typeof model === 'string' ? model : target,
      target,
      field,
    }))
  })
}
