import type { Oid } from '../domain/run.ts'
import { diffNoteTrees } from './diff-note-trees.ts'
import { readObjects, statObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { git, LARGEST_LISTING } from './run-git.ts'

/** A note in a notes tree. */
export interface NoteEntry {
  /** The object that the note is on. */
  target: Oid
  /** The note's content. */
  blob: Oid
  /** Where it stands in the tree, which depends on the fan-out. */
  path: string
}

/** The content of an object's note. */
export interface Note {
  target: Oid
  text: string
  /** Where it stands in the tree. Several, when trees of different fan-out were mixed. */
  paths: string[]
}

/**
 * Lists the notes of a notes commit or tree. A note is a file: links and submodules in a hostile tree are none.
 *
 * @throws ModelError `too-large`.
 */
export async function listNotes(repo: Repository, tip: Oid): Promise<NoteEntry[]> {
  const { stdout } = await git(repo, ['ls-tree', '-r', '-t', '-z', '--full-tree', tip], {
    largest: LARGEST_LISTING,
  })
  const entries: NoteEntry[] = []
  for (const line of stdout.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const [mode, , blob] = line.slice(0, tab).split(' ')
    if (!isFile(mode)) continue
    const entry = toEntry(line.slice(tab + 1), blob!, repo.hashLength)
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

/** What became of an object's note between two notes commits. */
export interface NoteChange {
  target: Oid
  /** Blobs before; none where there was no note. */
  before: Oid[]
  /** Blobs after; none where the note was removed. */
  after: Oid[]
  /** Where those stand that differ. */
  paths: string[]
}

/**
 * Compares two notes commits by object name, whatever the fan-out of each.
 *
 * @throws ModelError `too-large`.
 */
export async function diffNotes(repo: Repository, from: Oid | undefined, to: Oid): Promise<NoteChange[]> {
  if (from === to) return []
  const changes = new Map<Oid, NoteChange>()
  const change = (target: Oid): NoteChange => {
    const found = changes.get(target) ?? { target, before: [], after: [], paths: [] }
    changes.set(target, found)
    return found
  }
  for (const { path, before, after } of await diffNoteTrees(repo, from, to)) {
    const target = path.replaceAll('/', '')
    change(target).paths.push(path)
    if (before !== undefined) change(target).before.push(before)
    if (after !== undefined) change(target).after.push(after)
  }
  return [...changes.values()].filter(({ before, after }) => before.join() !== after.join())
}

/** Reads the notes of some objects, whatever the fan-out. Objects without a note are absent from the answer. */
export async function readNotes(
  repo: Repository,
  tip: Oid | undefined,
  targets: readonly Oid[],
): Promise<Map<Oid, Note>> {
  return (await readNotesOf(repo, [tip], targets))[0]!
}

/** Reads the notes of some objects in several notes commits, with one git process. As {@link readNotes}. */
export async function readNotesOf(
  repo: Repository,
  tips: readonly (Oid | undefined)[],
  targets: readonly Oid[],
): Promise<Map<Oid, Note>[]> {
  const wanted = wantedNotes(
    tips,
    targets.flatMap((target) => fanOuts(target).map((path) => ({ target, path }))),
  )
  const objects = await readObjects(repo, wanted.map(nameOf))
  const notes = tips.map(() => new Map<Oid, Note>())
  for (const [index, { which, target, path }] of wanted.entries()) {
    const object = objects[index]
    if (object?.type === 'blob') addNote(notes[which]!, target, path, object.content.toString('utf8'))
  }
  return notes
}

/** A blob that is an object's note, or part of it. */
export interface NoteBlob {
  oid: Oid
  /** In bytes. */
  size: number
  path: string
}

/**
 * Finds the notes of some objects in several notes commits, whatever the fan-out, without reading them.
 *
 * @param changes - the objects, and where their notes stand if not in one of the usual places.
 */
export async function statNotesOf(
  repo: Repository,
  tips: readonly (Oid | undefined)[],
  changes: readonly Pick<NoteChange, 'target' | 'paths'>[],
): Promise<Map<Oid, NoteBlob[]>[]> {
  const places = changes.flatMap(({ target, paths }) =>
    [...new Set([...fanOuts(target), ...paths])].map((path) => ({ target, path })),
  )
  const wanted = wantedNotes(tips, places)
  const stats = await statObjects(repo, wanted.map(nameOf))
  const found = tips.map(() => new Map<Oid, NoteBlob[]>())
  for (const [index, { which, target, path }] of wanted.entries()) {
    const stat = stats[index]
    if (stat?.type !== 'blob') continue
    const blobs = found[which]!.get(target) ?? []
    found[which]!.set(target, [...blobs, { oid: stat.oid, size: stat.size, path }])
  }
  return found
}

/** A place where an object's note can stand. */
interface Place {
  target: Oid
  path: string
}

function wantedNotes(
  tips: readonly (Oid | undefined)[],
  places: readonly Place[],
): (Place & { which: number; tip: Oid })[] {
  return tips.flatMap((tip, which) =>
    tip === undefined ? [] : places.map((place) => ({ ...place, which, tip })),
  )
}

function nameOf({ tip, path }: { tip: Oid; path: string }): string {
  return `${tip}:${path}`
}

function addNote(notes: Map<Oid, Note>, target: Oid, path: string, text: string): void {
  const note = notes.get(target)
  if (note === undefined) notes.set(target, { target, text, paths: [path] })
  else notes.set(target, { target, text: joinTexts(note.text, text), paths: [...note.paths, path] })
}

/** Where we write a note: one level of 256 folders, which suits a hundred notes and a million. */
export function notePath(target: Oid): string {
  return `${target.slice(0, 2)}/${target.slice(2)}`
}

/** Joins note texts into one stream of documents. */
export function joinTexts(first: string, second: string): string {
  return first === second ? first : `${first}${first.endsWith('\n') ? '' : '\n'}${second}`
}

function fanOuts(target: Oid): string[] {
  return [notePath(target), target, `${target.slice(0, 2)}/${target.slice(2, 4)}/${target.slice(4)}`]
}

function toEntry(path: string, blob: Oid, hashLength: number): NoteEntry | undefined {
  const target = path.replaceAll('/', '')
  return isOid(target, hashLength) ? { target, blob, path } : undefined
}

// Of a note by hand any file will do; a tree is `040000`, a link `120000`, a submodule `160000`.
function isFile(mode: string | undefined): boolean {
  return mode?.startsWith('100') === true
}

function isOid(text: string, length: number): boolean {
  return text.length === length && /^[0-9a-f]+$/.test(text)
}
