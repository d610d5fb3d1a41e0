import type { Oid } from '../domain/run.ts'
import { diffNotes } from '../git/notes.ts'
import type { Repository } from '../git/repository.ts'
import { streamObjects } from '../git/stream-objects.ts'
import type { LfsStore } from '../lfs/lfs-store.ts'
import { restorePinned } from '../lfs/pin.ts'
import { decodeSources, type NoteSource } from './note-sources.ts'
import { LONGEST_NOTE } from './stored-run.ts'

/** What a push of the notes of runs brings to a remote. */
export interface PublishedChanges {
  /** How many runs are new or changed. */
  runs: number
  /** SHA-256 names of the contents that are here, and that their records name and named not before. */
  oids: string[]
  /** The commits of the runs that are new, and those of outputs that any of the records names. */
  commits: Oid[]
}

/**
 * Compares the notes of runs that a remote has with those that it will get.
 *
 * @throws ModelError `too-large`.
 */
export async function publishedChanges(
  repo: Repository,
  lfs: LfsStore,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<PublishedChanges> {
  if (to === undefined) return { runs: 0, oids: [], commits: [] }
  const changes = (await diffNotes(repo, from, to)).filter(({ after }) => after.length > 0)
  const isHere = memo((oid) => restorePinned(lfs, oid))
  const commits = new Set(changes.filter(({ before }) => before.length === 0).map(({ target }) => target))
  const after = await producedBy(
    repo,
    changes.map(({ target, after: blobs }) => ({ run: target, blobs })),
    isHere,
    (content) => {
      for (const commit of outputsIn(content)) commits.add(commit)
    },
  )
  const before = await producedBy(
    repo,
    changes.flatMap(({ target, before: blobs }) => (after.has(target) ? [{ run: target, blobs }] : [])),
    isHere,
  )
  const oids = [...after].flatMap(([run, names]) => {
    const known = new Set(before.get(run))
    return names.filter((name) => !known.has(name))
  })
  return { runs: changes.length, oids, commits: [...commits] }
}

type IsHere = (oid: string) => boolean

function memo(isHere: IsHere): IsHere {
  const known = new Map<string, boolean>()
  return (oid) => {
    const answer = known.get(oid) ?? isHere(oid)
    known.set(oid, answer)
    return answer
  }
}

async function producedBy(
  repo: Repository,
  sources: readonly NoteSource[],
  isHere: IsHere,
  look?: (content: Buffer) => void,
): Promise<Map<Oid, string[]>> {
  const found = new Map<Oid, string[]>()
  await decodeSources(repo, await relevantSources(repo, sources, isHere, look), ({ run }, decoded) => {
    if (!('record' in decoded)) return
    const names = (decoded.record.outputs?.files ?? []).map(({ oid }) => oid.replace('sha256:', ''))
    if (names.some(isHere)) found.set(run, names.filter(isHere))
  })
  return found
}

// To decode a record takes far longer than to see that it can name nothing that is here. A name is written as it is, or
// in a text with a backslash.
async function relevantSources(
  repo: Repository,
  sources: readonly NoteSource[],
  isHere: IsHere,
  look: (content: Buffer) => void = () => {},
): Promise<NoteSource[]> {
  const blobs = [...new Set(sources.flatMap((source) => source.blobs))]
  const relevant = new Set<Oid>()
  await streamObjects(repo, blobs, LONGEST_NOTE, (index, content) => {
    look(content)
    if (content.includes('\\') || namesOf(content).some(isHere)) relevant.add(blobs[index]!)
  })
  return sources.filter((source) => source.blobs.some((blob) => relevant.has(blob)))
}

function namesOf(content: Buffer): string[] {
  if (!content.includes('outputs')) return []
  return Array.from(content.toString('latin1').matchAll(/sha256:([0-9a-f]{64})/g), ([, name]) => name!)
}

// As we write it: the commit comes first. One in a note of another hand is a child of its run, and found with that.
function outputsIn(content: Buffer): Oid[] {
  if (!content.includes('outputs')) return []
  const found = content.toString('latin1').matchAll(/^outputs:[\s{]*commit: ([0-9a-f]{40,64})\b/gm)
  return Array.from(found, ([, commit]) => commit!)
}
