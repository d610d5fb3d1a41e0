import { encodeEntityNote } from '../domain/encode-entity.ts'
import {
  mergeEntities,
  type Entity,
  type EntityKind,
  type Experiment,
  type RegisteredModel,
} from '../domain/entity.ts'
import type { Oid } from '../domain/run.ts'
import { anchorOid, writeAnchor } from '../git/anchor.ts'
import { listNotes, notePath, readNotes } from '../git/notes.ts'
import { committerIdentity, ObjectWriter } from '../git/object-writer.ts'
import { readObjects } from '../git/read-objects.ts'
import { readTips, type Tips } from '../git/read-tips.ts'
import { EXPERIMENTS_NOTES, KEEP, REGISTRY_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { untilWon, updateRefs, type RefUpdate } from '../git/update-refs.ts'
import { decodeEntityNote } from '../schema/entity-note.ts'
import { planKeep } from './plan-keep.ts'

/** The type of an entity by its kind. */
export interface EntityOf {
  experiment: Experiment
  registry: RegisteredModel
}

/** The ref whose notes hold the entities of a kind. */
export const ENTITY_NOTES = {
  experiment: EXPERIMENTS_NOTES,
  registry: REGISTRY_NOTES,
} as const satisfies Record<EntityKind, string>

/** Lists all entities of a kind that can be read. */
export async function listEntities<K extends EntityKind>(
  repo: Repository,
  tips: Tips,
  kind: K,
): Promise<EntityOf[K][]> {
  const tip = tips.get(ENTITY_NOTES[kind])
  const entries = tip === undefined ? [] : await listNotes(repo, tip)
  const objects = await readObjects(
    repo,
    entries.map(({ blob }) => blob),
  )
  return entries.flatMap(({ target }, index) => {
    const { value } = decodeEntity(kind, target, objects[index]?.content.toString('utf8') ?? '')
    return value === undefined ? [] : [value as EntityOf[K]]
  })
}

/** Reads the note of an entity. A document that claims another anchor is carried, not believed. */
export function decodeEntity(
  kind: EntityKind,
  target: Oid,
  text: string,
): { value: Entity | undefined; others: string[] } {
  const { valid, others } = decodeEntityNote(kind, text)
  const ours = valid.filter(({ anchor }) => anchor === target)
  const foreign = valid.filter(({ anchor }) => anchor !== target)
  return {
    value: ours.length === 0 ? undefined : ours.reduce(mergeEntities),
    others: [...others, ...foreign.map((entity) => encodeEntityNote(entity, []))],
  }
}

/**
 * Changes one entity, or makes it: the note moves together with the keep chain, which reaches the anchor.
 *
 * @param change - gets the entity as the notes have it, undefined where there is none, and may refuse by throwing. It
 *   is called again when another process wrote first. What it returns unchanged is not written.
 * @returns the entity as it stands then.
 */
export async function editEntityNote<K extends EntityKind>(
  repo: Repository,
  kind: K,
  key: string,
  change: (entity: EntityOf[K] | undefined, anchor: Oid) => EntityOf[K],
): Promise<EntityOf[K]> {
  const ref = ENTITY_NOTES[kind]
  const anchor = anchorOid(repo, kind, key)
  return untilWon(async () => {
    const [tips, identity] = await Promise.all([readTips(repo), committerIdentity(repo)])
    const tip = tips.get(ref)
    const note = (await readNotes(repo, tip, [anchor])).get(anchor)
    const { value: before, others } = decodeEntity(kind, anchor, note?.text ?? '')
    const after = change(before as EntityOf[K] | undefined, anchor)
    if (after === before) return after
    if (note === undefined) await writeAnchor(repo, kind, key)
    const writer = new ObjectWriter(identity)
    const message = `${kind} ${oneLine(after.name)}\n`
    const stale = (note?.paths ?? []).filter((path) => path !== notePath(anchor))
    const changes = [
      ...stale.map((path) => ({ path, delete: true as const })),
      { path: notePath(anchor), blob: writer.blob(encodeEntityNote(after, others)) },
    ]
    const mark = writer.commit({ parents: tip === undefined ? [] : [tip], message, changes })
    const keep = note === undefined ? planKeep(writer, tips.get(KEEP), [anchor], message) : undefined
    const oidOf = await writer.write(repo)
    const updates: RefUpdate[] = [{ ref, from: tip, to: oidOf(mark) }]
    if (keep !== undefined) updates.push({ ref: KEEP, from: tips.get(KEEP), to: oidOf(keep) })
    return (await updateRefs(repo, updates, `git-model: ${kind}`)) ? after : undefined
  })
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
