import { flatten, unflatten } from './flatten.ts'
import { changedPaths, joinRegisters } from './join-registers.ts'
import type { Registers } from './registers.ts'
import type { Oid } from './run.ts'
import type { Scalar } from './scalar.ts'

/** What can hang on an anchor. */
export type EntityKind = 'experiment' | 'registry'

/** What every entity has: the note on an anchor, which is a commit whose content depends on the key alone. */
export interface EntityBase {
  /** The anchor. */
  anchor: Oid
  /** The name that it was made with. It never changes; a number behind it when an earlier one had that name. */
  key: string
  name: string
  /** Milliseconds since 1970. */
  created: number
  /** Milliseconds since 1970. */
  updated: number
  /** Present on one that was deleted. */
  deleted?: true
  tags?: Record<string, Scalar>
  /** As in a run's record: the logical clock, and the clocks of single fields. */
  revision: number
  edits?: Record<string, number>
}

/** An experiment (`schemas/experiment-v1.json`). */
export interface Experiment extends EntityBase {
  schema: 'experiment/v1'
  /** Where its artifacts are to go, when somebody said so. */
  artifacts?: string
}

/** A version of a registered model. */
export interface ModelVersion {
  /** Random: it tells a version from another of the same number that a second clone made at the same time. */
  id: string
  created: number
  updated: number
  source: string
  run?: string
  link?: string
  /** The logged model that it is. */
  model?: string
  description?: string
  stage?: string
  deleted?: true
  tags?: Record<string, Scalar>
}

/** A registered model with its versions and aliases (`schemas/registry-v1.json`). */
export interface RegisteredModel extends EntityBase {
  schema: 'registry/v1'
  description?: string
  /** By number. A deleted one stays, so that its number is never given again. */
  versions?: Record<string, ModelVersion>
  /** Version number by alias. */
  aliases?: Record<string, string>
}

/** An experiment or a registered model. */
export type Entity = Experiment | RegisteredModel

/** Joins two states of one entity, as `mergeRuns` joins runs: commutative, associative, idempotent. */
export function mergeEntities<T extends Entity>(a: T, b: T): T {
  const { registers, edits } = joinRegisters(
    { registers: entityRegisters(a), edits: a.edits },
    { registers: entityRegisters(b), edits: b.edits },
  )
  return toEntity(a, registers, Math.max(a.revision, b.revision), edits)
}

/** Returns what an entity becomes when its fields change: a new revision, with the changed paths in `edits`. */
export function editEntity<T extends Entity>(entity: T, change: (registers: Registers) => void): T {
  const before = entityRegisters(entity)
  const after = new Map(before)
  change(after)
  const paths = changedPaths(before, after)
  if (paths.length === 0) return entity
  const revision = entity.revision + 1
  const edits = { ...entity.edits, ...Object.fromEntries(paths.map((path) => [path, revision])) }
  return toEntity(entity, after, revision, edits)
}

function entityRegisters(entity: Entity): Registers {
  const {
    schema: _schema,
    anchor: _anchor,
    key: _key,
    revision: _revision,
    edits: _edits,
    ...fields
  } = entity
  return new Map(flatten(fields))
}

function toEntity<T extends Entity>(
  { schema, anchor, key }: T,
  registers: Registers,
  revision: number,
  edits: Record<string, number> | undefined,
): T {
  const fields = unflatten([...registers].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { schema, anchor, key, ...fields, revision, ...(edits !== undefined && { edits }) } as unknown as T
}
