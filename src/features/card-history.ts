import { diffCardFields, type CardChange } from '../domain/card-fields.ts'
import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { readObjects } from '../git/read-objects.ts'
import { CARDS_NOTES } from '../git/refs.ts'
import { parseCard } from '../schema/card-document.ts'
import { joinCards } from '../schema/merge-cards.ts'
import type { ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { findCard, modelVersions, type FoundCard } from './find-card.ts'
import { noteRevisions, type NoteRevision } from './note-revisions.ts'

/** One change of a card. */
export interface CardHistoryEntry {
  /** The commit of the notes. */
  note: Oid
  /** The object on which the card hangs. */
  target: Oid
  /** The newest commit in which that version of the model stands; undefined for weights that are not committed. */
  commit: Oid | undefined
  author: string
  /** ISO 8601. */
  date: string
  message: string
  /** `renewed`: written for new weights, and compared with the card of the earlier ones. */
  action: 'written' | 'renewed' | 'changed' | 'removed'
  /** Whether two clones' cards were merged. The changes are what neither of them had. */
  merge: boolean
  /** Whether the history of a shallow clone begins here: what was before, and who wrote it, is not known. */
  cut: boolean
  changes: CardChange[]
}

/** The history of a model's cards, those of its earlier versions included. */
export interface CardHistory {
  model: ModelAt
  /** The newest first. */
  entries: CardHistoryEntry[]
}

/**
 * Tells who changed what in a model's card, and when.
 *
 * @throws ModelError `model-unknown`, `revision-unknown`.
 */
export async function cardHistory(world: World, spec: string): Promise<CardHistory> {
  const found = await findCard(world, spec)
  return { model: found.model, entries: await cardHistoryOf(found) }
}

/** Tells who changed what in a model's card, and when; the newest first. */
export async function cardHistoryOf({ store, model }: FoundCard): Promise<CardHistoryEntry[]> {
  const tip = store.tips.get(CARDS_NOTES)
  const versions = await modelVersions(store, model)
  const commits = new Map(versions.toReversed().map(({ target, commit }) => [target, commit]))
  const targets = new Set([...(model.target === undefined ? [] : [model.target]), ...commits.keys()])
  if (tip === undefined || targets.size === 0) return []
  const revisions = (await noteRevisions(store.repo, tip, [...targets])).filter(({ befores, after }) =>
    befores.every((before) => before !== after),
  )
  const texts = await readTexts(store, revisions)
  const entries = withRenewals(revisions).map((revision) => toEntry(revision, texts, commits))
  return entries.filter(({ action, changes: fields }) => action !== 'changed' || fields.length > 0)
}

// The first card of new weights is compared with what the model's card was then.
function withRenewals(revisions: readonly NoteRevision[]): (NoteRevision & { renewed: boolean })[] {
  return revisions.map((revision, index) => {
    const older = revisions.slice(index + 1).find(({ after }) => after !== undefined)
    const isFirst = revision.befores.every((before) => before === undefined)
    if (!isFirst || revision.isCut || older === undefined) return { ...revision, renewed: false }
    return { ...revision, befores: [older.after], renewed: true }
  })
}

async function readTexts(store: Store, revisions: readonly NoteRevision[]): Promise<Map<Oid, string>> {
  const blobs = [...new Set(revisions.flatMap(({ befores, after }) => [...befores, after]))].filter(
    (oid) => oid !== undefined,
  )
  const objects = await readObjects(store.repo, blobs)
  return new Map(blobs.map((oid, index) => [oid, objects[index]?.content.toString('utf8') ?? '']))
}

function toEntry(
  revision: NoteRevision & { renewed: boolean },
  texts: ReadonlyMap<Oid, string>,
  commits: ReadonlyMap<Oid, Oid>,
): CardHistoryEntry {
  const { note, target, author, date, message, befores, after, isCut } = revision
  const read = (oid: Oid | undefined): unknown => (oid === undefined ? {} : valueOf(texts.get(oid) ?? ''))
  const action = revision.renewed
    ? 'renewed'
    : after === undefined
      ? 'removed'
      : befores.every((before) => before === undefined)
        ? 'written'
        : 'changed'
  const right = read(after)
  const changes = changedFromAll(befores.map((before) => diffCardFields(read(before), right)))
  const about = { note, target, commit: commits.get(target), author, date, message }
  return { ...about, action, merge: befores.length > 1, cut: isCut, changes }
}

// What a merge took over from one side was written there.
function changedFromAll([first = [], ...others]: CardChange[][]): CardChange[] {
  const fields = others.map((changes) => new Set(changes.map(({ field }) => field)))
  return first.filter(({ field }) => fields.every((changed) => changed.has(field)))
}

// A card that cannot be read is one field: its text.
function valueOf(text: string): unknown {
  const parsed = parseCard(joinCards(text))
  return 'document' in parsed ? parsed.document.value : { '(text)': text }
}
