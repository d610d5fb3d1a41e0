import type { Oid } from '../domain/run.ts'
import { readNotes } from '../git/notes.ts'
import { readObjects } from '../git/read-objects.ts'
import { CARDS_NOTES } from '../git/refs.ts'
import { parseCard } from '../schema/card-document.ts'
import { conflictsOf, joinCards } from '../schema/merge-cards.ts'
import type { Store } from '../store/store.ts'
import { modelVersions, type FoundCard } from './find-card.ts'
import { noteRevisions } from './note-revisions.ts'

/** A version of a card in the history of the notes. */
export interface CardVersion {
  author: string
  /** ISO 8601. */
  date: string
  /** Undefined where the card was taken away. */
  text: () => string | undefined
  /** What the text says; undefined where it cannot be read. */
  card: () => ReadCard | undefined
  /** Whether it was made of several versions: nobody wrote it. */
  isMerge: boolean
  /** Whether the history of a shallow clone begins here: what was before is not known. */
  isCut: boolean
  /** What it was made from: of the first card of new weights, the card of the earlier ones. */
  parents: () => Promise<CardVersion[]>
}

/** What a card says, and the values of its conflicts by field. */
export interface ReadCard {
  value: unknown
  conflicts: ReadonlyMap<string, readonly unknown[]>
}

/** Returns the present version of a card, from which its past can be walked; undefined where there is none. */
export async function newestVersion({ store, model }: FoundCard): Promise<CardVersion | undefined> {
  const tip = store.tips.get(CARDS_NOTES)
  if (tip === undefined || model.target === undefined) return undefined
  const targets = new Set((await modelVersions(store, model)).map(({ target }) => target))
  return newestOf({ store, targets: [...targets] }, tip, model.target)
}

interface Past {
  store: Store
  /** The versions of the model, the newest first. */
  targets: readonly Oid[]
}

async function newestOf(past: Past, tip: string, target: Oid): Promise<CardVersion | undefined> {
  const { repo } = past.store
  const revisions = await noteRevisions(repo, tip, [target])
  const objects = await readObjects(
    repo,
    revisions.map(({ after }) => after ?? ''),
  )
  const versions = new Map<Oid, CardVersion>()
  for (const [index, { note, author, date, parents, befores, isCut }] of revisions.entries()) {
    const content = objects[index]?.content
    const text = once(() => (content === undefined ? undefined : joinCards(content.toString('utf8'))))
    versions.set(note, {
      author,
      date,
      text,
      card: once(() => readCard(text() ?? '')),
      isMerge: befores.length > 1,
      isCut,
      parents: once(async () => {
        if (parents.length === 0) return earlierCard(past, note, target)
        return parents.flatMap((parent) => versions.get(parent) ?? [])
      }),
    })
  }
  return versions.values().next().value
}

// As whoever wrote the first card of new weights found it.
async function earlierCard(past: Past, note: Oid, target: Oid): Promise<CardVersion[]> {
  const others = past.targets.filter((other) => other !== target)
  const notes = await readNotes(past.store.repo, `${note}^`, others)
  const newest = others.find((other) => notes.has(other))
  const version = newest === undefined ? undefined : await newestOf(past, `${note}^`, newest)
  return version === undefined ? [] : [version]
}

function readCard(text: string): ReadCard | undefined {
  const parsed = parseCard(text)
  if (!('document' in parsed)) return undefined
  const conflicts = conflictsOf(parsed.document).map(({ field, values }) => [field, values] as const)
  return { value: parsed.document.value, conflicts: new Map(conflicts) }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
