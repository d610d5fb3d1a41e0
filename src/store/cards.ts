import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { notePath, readNotes } from '../git/notes.ts'
import { committerIdentity, ObjectWriter } from '../git/object-writer.ts'
import { readTips } from '../git/read-tips.ts'
import { CARDS_NOTES } from '../git/refs.ts'
import { untilWon, updateRefs } from '../git/update-refs.ts'
import { refreshStore } from './open-store.ts'
import type { Store } from './store.ts'

/** Reads the card of a model's object, as its note's text; undefined where there is none. */
export async function readCardText(store: Store, target: Oid): Promise<string | undefined> {
  return (await readNotes(store.repo, store.tips.get(CARDS_NOTES), [target])).get(target)?.text
}

/**
 * Writes the card of a model's object.
 *
 * @param target - the blob or tree at the model's path.
 * @param expected - the text that the new one was made from; undefined when there was no card.
 * @returns the store with the refs as they stand then.
 * @throws ModelError `card-conflict` when somebody wrote another card meanwhile; nothing is overwritten.
 */
export async function writeCardText(
  store: Store,
  target: Oid,
  text: string,
  message: string,
  expected?: string,
): Promise<Store> {
  await untilWon(async () => {
    const tip = (await readTips(store.repo)).get(CARDS_NOTES)
    const note = (await readNotes(store.repo, tip, [target])).get(target)
    if (note?.text === text) return true
    if (note?.text !== expected) throw changedMeanwhile(target)
    const writer = new ObjectWriter(await committerIdentity(store.repo))
    const stale = (note?.paths ?? []).filter((path) => path !== notePath(target))
    const changes = [
      ...stale.map((path) => ({ path, delete: true as const })),
      { path: notePath(target), blob: writer.blob(text) },
    ]
    const mark = writer.commit({ parents: tip === undefined ? [] : [tip], message: `${message}\n`, changes })
    const to = (await writer.write(store.repo))(mark)
    return (await updateRefs(store.repo, [{ ref: CARDS_NOTES, from: tip, to }], message)) ? true : undefined
  })
  return refreshStore(store)
}

function changedMeanwhile(target: Oid): ModelError {
  return new ModelError('card-conflict', 'the card was changed by another process meanwhile', {
    hints: ['nothing was overwritten; do the edit again'],
    data: { target },
  })
}
