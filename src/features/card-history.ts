import { randomBytes } from 'node:crypto'
import { diffCardFields, type CardChange } from '../domain/card-fields.ts'
import type { Oid } from '../domain/run.ts'
import type { World } from '../domain/world.ts'
import { readObjects } from '../git/read-objects.ts'
import { CARDS_NOTES } from '../git/refs.ts'
import { git } from '../git/run-git.ts'
import { parseCard } from '../schema/card-document.ts'
import { joinCards } from '../schema/merge-cards.ts'
import type { ModelAt } from '../store/models.ts'
import type { Store } from '../store/store.ts'
import { findCard, modelVersions, type FoundCard } from './find-card.ts'

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
  const changes = (await noteChanges(store, tip, [...targets])).filter(
    ({ before, after }) => before !== after,
  )
  const texts = await readTexts(store, changes)
  const entries = withRenewals(changes).map((change) => toEntry(change, texts, commits))
  return entries.filter(({ action, changes: fields }) => action !== 'changed' || fields.length > 0)
}

interface NoteRevision {
  note: Oid
  author: string
  date: string
  message: string
  target: Oid
  before: Oid | undefined
  after: Oid | undefined
}

async function noteChanges(store: Store, tip: Oid, targets: readonly Oid[]): Promise<NoteRevision[]> {
  // Whoever wrote the commit chose its texts: what cannot be foreseen sets the answers apart.
  const header = randomBytes(16).toString('hex')
  const format = `--format=${header}%H%x00%P%x00%an <%ae>%x00%aI%x00%s%x00`
  const flags = [
    '--literal-pathspecs',
    'log',
    format,
    '-m',
    '-r',
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    '--no-notes',
    '--no-show-signature',
    '--topo-order',
  ]
  const { stdout } = await git(store.repo, [...flags, tip, '--', ...targets.flatMap(notePaths)])
  const revisions = stdout.split(header).slice(1).flatMap(parseRevision)
  return unmerged(revisions)
}

function notePaths(target: Oid): string[] {
  return [
    target,
    `${target.slice(0, 2)}/${target.slice(2)}`,
    `${target.slice(0, 2)}/${target.slice(2, 4)}/${target.slice(4)}`,
  ]
}

function parseRevision(text: string): (NoteRevision & { parents: number })[] {
  const [note, parents, author, date, message, ...diff] = text.split('\0')
  const revisions = new Map<Oid, NoteRevision & { parents: number }>()
  const about = {
    note: note!,
    author: author!,
    date: date!,
    message: message!,
    parents: parents!.split(' ').length,
  }
  for (const [index, field] of diff.entries()) {
    const match = /:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]/.exec(field)
    if (match === null) continue
    const target = (diff[index + 1] ?? '').replaceAll('/', '')
    const found = revisions.get(target) ?? { ...about, target, before: undefined, after: undefined }
    revisions.set(target, {
      ...found,
      before: found.before ?? present(match[1]!),
      after: found.after ?? present(match[2]!),
    })
  }
  return [...revisions.values()]
}

function present(oid: Oid): Oid | undefined {
  return /^0+$/.test(oid) ? undefined : oid
}

// A merge is shown once for each parent; it changed only what differs from all of them.
function unmerged(revisions: readonly (NoteRevision & { parents: number })[]): NoteRevision[] {
  const seen = new Map<string, number>()
  const key = ({ note, target }: NoteRevision): string => `${note} ${target}`
  for (const revision of revisions) seen.set(key(revision), (seen.get(key(revision)) ?? 0) + 1)
  const shown = new Set<string>()
  return revisions.filter((revision) => {
    if (seen.get(key(revision)) !== Math.max(revision.parents, 1) || shown.has(key(revision))) return false
    shown.add(key(revision))
    return true
  })
}

// The first card of new weights is compared with what the model's card was then.
function withRenewals(revisions: readonly NoteRevision[]): (NoteRevision & { renewed: boolean })[] {
  return revisions.map((revision, index) => {
    const older = revisions.slice(index + 1).find(({ after }) => after !== undefined)
    if (revision.before !== undefined || older === undefined) return { ...revision, renewed: false }
    return { ...revision, before: older.after, renewed: true }
  })
}

async function readTexts(store: Store, revisions: readonly NoteRevision[]): Promise<Map<Oid, string>> {
  const blobs = [...new Set(revisions.flatMap(({ before, after }) => [before, after]))].filter(
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
  const { note, target, author, date, message, before, after } = revision
  const [left, right] = [before, after].map((oid) =>
    oid === undefined ? undefined : valueOf(texts.get(oid) ?? ''),
  )
  const action = revision.renewed
    ? 'renewed'
    : before === undefined
      ? 'written'
      : after === undefined
        ? 'removed'
        : 'changed'
  const changes = diffCardFields(left ?? {}, right ?? {})
  return { note, target, commit: commits.get(target), author, date, message, action, changes }
}

// A card that cannot be read is one field: its text.
function valueOf(text: string): unknown {
  const parsed = parseCard(joinCards(text))
  return 'document' in parsed ? parsed.document.value : { '(text)': text }
}
