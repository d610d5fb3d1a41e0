import { formatYaml, type KeyOrder } from './canonical-yaml.ts'
import { joinDocuments } from './encode-notes.ts'
import type { Entity } from './entity.ts'

/** Writes the note of an entity: its document first, then those that are only carried. */
export function encodeEntityNote(entity: Entity | undefined, others: readonly string[]): string {
  return joinDocuments(entity === undefined ? undefined : formatYaml(entity, ENTITY_ORDER), others)
}

const VERSION_ORDER: KeyOrder = members(
  'id',
  'source',
  'run',
  'model',
  'link',
  'stage',
  'description',
  'created',
  'updated',
  'deleted',
  'tags',
)

const ENTITY_ORDER: KeyOrder = {
  keys: {
    ...members(
      'schema',
      'anchor',
      'key',
      'name',
      'description',
      'artifacts',
      'created',
      'updated',
      'deleted',
      'tags',
      'aliases',
    ).keys,
    versions: { each: VERSION_ORDER },
    revision: {},
    edits: {},
  },
}

function members(...names: string[]): KeyOrder {
  return { keys: Object.fromEntries(names.map((name) => [name, {}])) }
}
