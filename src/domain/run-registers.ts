import type { RunRecord } from './run.ts'

/** The single-valued fields of a record and of its params and tags, by path (`name`, `params/lr`). */
export type Registers = Map<string, unknown>

const FIELDS = [
  'name',
  'experiment',
  'kind',
  'status',
  'started',
  'finished',
  'author',
  'command',
  'exit',
  'code',
  'parent',
  'notes',
  'environment',
  'deleted',
] as const

/** Takes a record apart into what has one value each. Metrics, inputs, links and files merge as sets instead. */
export function toRegisters(record: RunRecord): Registers {
  const registers: Registers = new Map()
  for (const field of FIELDS) if (record[field] !== undefined) registers.set(field, record[field])
  for (const [key, value] of Object.entries(record.params ?? {})) registers.set(`params/${key}`, value)
  for (const [key, value] of Object.entries(record.tags ?? {})) registers.set(`tags/${key}`, value)
  if (record.outputs !== undefined) registers.set('outputs/commit', record.outputs.commit)
  return registers
}

/** Puts a record together again; the reverse of {@link toRegisters} but for what merges as sets. */
export function fromRegisters(registers: Registers): Partial<RunRecord> {
  const record: Record<string, unknown> = {}
  for (const field of FIELDS) if (registers.has(field)) record[field] = registers.get(field)
  for (const group of ['params', 'tags']) {
    const members = [...registers].filter(([path]) => path.startsWith(`${group}/`))
    if (members.length === 0) continue
    record[group] = Object.fromEntries(members.map(([path, value]) => [path.slice(group.length + 1), value]))
  }
  return record
}
