import type { Oid } from '../domain/run.ts'
import { readObjects } from './read-objects.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

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

/** Lists the notes of a notes commit or tree. */
export async function listNotes(repo: Repository, tip: Oid): Promise<NoteEntry[]> {
  const { stdout } = await git(repo, ['ls-tree', '-r', '-z', '--full-tree', tip])
  const entries: NoteEntry[] = []
  for (const line of stdout.split('\0')) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const entry = toEntry(line.slice(tab + 1), line.slice(0, tab).split(' ')[2]!, repo.hashLength)
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
}

/** Compares two notes commits by object name, whatever the fan-out of each. */
export async function diffNotes(repo: Repository, from: Oid | undefined, to: Oid): Promise<NoteChange[]> {
  if (from === to) return []
  const changes = new Map<Oid, NoteChange>()
  const change = (target: Oid): NoteChange => {
    const found = changes.get(target) ?? { target, before: [], after: [] }
    changes.set(target, found)
    return found
  }
  if (from === undefined) {
    for (const { target, blob } of await listNotes(repo, to)) change(target).after.push(blob)
    return [...changes.values()]
  }
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--no-abbrev', '--raw', from, to]
  const fields = (await git(repo, args)).stdout.split('\0')
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, , before, after] = fields[index]!.split(' ')
    const target = fields[index + 1]!.replaceAll('/', '')
    if (!isOid(target, repo.hashLength)) continue
    if (!/^0+$/.test(before!)) change(target).before.push(before!)
    if (!/^0+$/.test(after!)) change(target).after.push(after!)
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
  const wanted = tips.flatMap((tip, which) =>
    tip === undefined
      ? []
      : targets.flatMap((target) => fanOuts(target).map((path) => ({ which, tip, target, path }))),
  )
  const objects = await readObjects(
    repo,
    wanted.map(({ tip, path }) => `${tip}:${path}`),
  )
  const notes = tips.map(() => new Map<Oid, Note>())
  for (const [index, { which, target, path }] of wanted.entries()) {
    const object = objects[index]
    if (object?.type === 'blob') addNote(notes[which]!, target, path, object.content.toString('utf8'))
  }
  return notes
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

function isOid(text: string, length: number): boolean {
  return text.length === length && /^[0-9a-f]+$/.test(text)
}
