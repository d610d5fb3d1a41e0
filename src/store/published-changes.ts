import type { Oid } from '../domain/run.ts'
import { diffNotes } from '../git/notes.ts'
import type { Repository } from '../git/repository.ts'
import { streamObjects } from '../git/stream-objects.ts'
import { decodeSources, type NoteSource } from './note-sources.ts'
import { LONGEST_NOTE } from './stored-run.ts'

/** What a push of the notes of runs brings to a remote. */
export interface PublishedChanges {
  /** How many runs are new or changed. */
  runs: number
  /** SHA-256 names of the contents that their records name and named not before. */
  oids: string[]
}

/**
 * Compares the notes of runs that a remote has with those that it will get.
 *
 * @throws ModelError `too-large`.
 */
export async function publishedChanges(
  repo: Repository,
  from: Oid | undefined,
  to: Oid | undefined,
): Promise<PublishedChanges> {
  if (to === undefined) return { runs: 0, oids: [] }
  const changes = (await diffNotes(repo, from, to)).filter(({ after }) => after.length > 0)
  const after = await producedBy(
    repo,
    changes.map(({ target, after: blobs }) => ({ run: target, blobs })),
  )
  const before = await producedBy(
    repo,
    changes.flatMap(({ target, before: blobs }) => (after.has(target) ? [{ run: target, blobs }] : [])),
  )
  const oids = [...after].flatMap(([run, names]) => {
    const known = new Set(before.get(run))
    return names.filter((name) => !known.has(name))
  })
  return { runs: changes.length, oids }
}

async function producedBy(repo: Repository, sources: readonly NoteSource[]): Promise<Map<Oid, string[]>> {
  const found = new Map<Oid, string[]>()
  await decodeSources(repo, await mentioningOutputs(repo, sources), ({ run }, decoded) => {
    if (!('record' in decoded) || decoded.record.outputs === undefined) return
    found.set(
      run,
      decoded.record.outputs.files.map(({ oid }) => oid.replace('sha256:', '')),
    )
  })
  return found
}

// Most runs produce no file, and to decode a record takes far longer than to see that none of its keys can be this one:
// YAML spells it so, or with a backslash.
async function mentioningOutputs(repo: Repository, sources: readonly NoteSource[]): Promise<NoteSource[]> {
  const blobs = [...new Set(sources.flatMap((source) => source.blobs))]
  const mentioned = new Set<Oid>()
  await streamObjects(repo, blobs, LONGEST_NOTE, (index, content) => {
    if (content.includes('outputs') || content.includes('\\')) mentioned.add(blobs[index]!)
  })
  return sources.filter((source) => source.blobs.some((blob) => mentioned.has(blob)))
}
