import type { Oid, RunRecord } from '../domain/run.ts'
import { diffNotes, joinTexts, listNotes, type NoteEntry } from '../git/notes.ts'
import type { Repository } from '../git/repository.ts'
import { streamObjects } from '../git/stream-objects.ts'
import { readCanonical } from '../schema/read-canonical.ts'
import { LONGEST_NOTE, type StoredRun, type UnreadableRun } from './stored-run.ts'

/** Where the note of a run stands: one blob, or several where trees of different fan-out were mixed. */
export interface NoteSource {
  run: Oid
  blobs: readonly Oid[]
  /** Whether it is known to be one plain record: then it needs no check, nor the programs that check it. */
  isPlain?: boolean
}

/** Lists where the notes of all runs stand. */
export async function listSources(repo: Repository, tip: Oid): Promise<NoteSource[]> {
  return group(await listNotes(repo, tip))
}

/**
 * Lists the runs whose notes differ between two notes commits, with where they stand now; no blobs where there is
 * no note any more.
 *
 * @param placesOf - tells in how many places the notes of runs stood before.
 */
export async function changedSources(
  repo: Repository,
  from: Oid,
  to: Oid,
  placesOf: (runs: readonly Oid[]) => ReadonlyMap<Oid, number>,
): Promise<NoteSource[]> {
  const changes = await diffNotes(repo, from, to)
  const places = placesOf(changes.map(({ target }) => target))
  const isSimple = changes.every(
    ({ target, before, after }) => before.length === (places.get(target) ?? 0) && after.length <= 1,
  )
  if (isSimple) return changes.map(({ target, after }) => ({ run: target, blobs: after }))
  // A note has a place that did not change: only the whole tree tells.
  const all = new Map((await listSources(repo, to)).map((source) => [source.run, source]))
  return changes.map(({ target }) => all.get(target) ?? { run: target, blobs: [] })
}

/** Lists the notes that differ between two notes commits, as they stood before and as they stand now. */
export async function noteChanges(repo: Repository, from: Oid, to: Oid): Promise<NoteSource[]> {
  return (await diffNotes(repo, from, to)).flatMap(({ target, before, after }) =>
    [...before, ...after].map((blob) => ({ run: target, blobs: [blob] })),
  )
}

/** Reads and decodes notes, one after the other. What has no blob is left out. */
export async function decodeSources(
  repo: Repository,
  sources: readonly NoteSource[],
  visit: (source: NoteSource, decoded: StoredRun | UnreadableRun) => void,
): Promise<void> {
  for (let at = 0; at < sources.length; at += AT_ONCE)
    await decodeSome(repo, sources.slice(at, at + AT_ONCE), visit)
}

// What is asked for and not read yet takes memory.
const AT_ONCE = 8192

async function decodeSome(
  repo: Repository,
  sources: readonly NoteSource[],
  visit: (source: NoteSource, decoded: StoredRun | UnreadableRun) => void,
): Promise<void> {
  const plain = sources.filter(({ blobs, isPlain }) => isPlain === true && blobs.length === 1)
  const missing = new Set(plain)
  await streamObjects(repo, plain.map(firstBlob), LONGEST_NOTE, (index, content) => {
    const source = plain[index]!
    const record = readCanonical(content.toString('utf8'))?.value as RunRecord | undefined
    if (record === undefined) return
    missing.delete(source)
    visit(source, { record, live: false, isPlain: true })
  })
  const others = sources.filter(
    (source) => source.blobs.length > 0 && (source.isPlain !== true || missing.has(source)),
  )
  if (others.length > 0) await decodeCarefully(repo, others, visit)
}

async function decodeCarefully(
  repo: Repository,
  sources: readonly NoteSource[],
  visit: (source: NoteSource, decoded: StoredRun | UnreadableRun) => void,
): Promise<void> {
  const strange = await decodePlain(repo, byBlob(sources.filter(({ blobs }) => blobs.length === 1)), visit)
  if (strange.size === 0 && sources.every(({ blobs }) => blobs.length === 1)) return
  const { decodeNotes, decodeText } = await import('./decode-run.ts')
  const groups = [...byBlob([...strange])]
  const missing = strange
  await streamObjects(
    repo,
    groups.map(([blob]) => blob),
    LONGEST_NOTE,
    (index, content, size) => {
      const decode = decodeNotes(content, size)
      for (const source of groups[index]![1]) {
        missing.delete(source)
        visit(source, decode(source.run))
      }
    },
  )
  for (const source of missing) visit(source, decodeText(source.run, ''))
  for (const source of sources.filter(({ blobs }) => blobs.length > 1)) {
    visit(source, decodeText(source.run, await joinedText(repo, source)))
  }
}

// Nearly all notes are one plain record; what reads the others takes longer to load than these to read.
async function decodePlain(
  repo: Repository,
  sources: ReadonlyMap<Oid, readonly NoteSource[]>,
  visit: (source: NoteSource, decoded: StoredRun | UnreadableRun) => void,
): Promise<Set<NoteSource>> {
  const { readPlainRun } = await import('../schema/plain-run.ts')
  const groups = [...sources.values()]
  const strange = new Set(groups.flat())
  await streamObjects(repo, [...sources.keys()], LONGEST_NOTE, (index, content, size) => {
    const record = size > LONGEST_NOTE ? undefined : readPlainRun(content.toString('utf8'))
    const source = record && groups[index]!.find(({ run }) => run === record.run)
    if (record === undefined || source === undefined) return
    strange.delete(source)
    visit(source, { record, live: false, isPlain: true })
  })
  return strange
}

// One blob can be the note of any number of runs.
function byBlob(sources: readonly NoteSource[]): Map<Oid, NoteSource[]> {
  const groups = new Map<Oid, NoteSource[]>()
  for (const source of sources) {
    const others = groups.get(firstBlob(source))
    if (others === undefined) groups.set(firstBlob(source), [source])
    else others.push(source)
  }
  return groups
}

async function joinedText(repo: Repository, { blobs }: NoteSource): Promise<string> {
  const texts: string[] = []
  await streamObjects(repo, blobs, LONGEST_NOTE, (index, content) => {
    texts[index] = content.toString('utf8')
  })
  const known = texts.filter((text) => text !== undefined)
  return known.length === 0 ? '' : known.reduce(joinTexts)
}

function firstBlob({ blobs }: NoteSource): Oid {
  return blobs[0]!
}

function group(entries: readonly NoteEntry[]): NoteSource[] {
  const targets = new Set(entries.map(({ target }) => target))
  if (targets.size === entries.length)
    return entries.map(({ target, blob }) => ({ run: target, blobs: [blob] }))
  const found = new Map<Oid, NoteEntry[]>()
  for (const entry of entries) {
    const others = found.get(entry.target)
    if (others === undefined) found.set(entry.target, [entry])
    else others.push(entry)
  }
  return [...found].map(([run, places]) => ({ run, blobs: blobsOf(places) }))
}

// In the order in which `readNotes` joins them.
function blobsOf(places: readonly NoteEntry[]): Oid[] {
  if (places.length === 1) return [places[0]!.blob]
  const rank = ({ path }: NoteEntry): number => [1, 0][path.split('/').length - 1] ?? path.split('/').length
  return [...places].sort((a, b) => rank(a) - rank(b)).map(({ blob }) => blob)
}
