import { flatten, unflatten } from './flatten.ts'
import type { Registers } from './registers.ts'
import type { RunRecord } from './run.ts'

const MODELS = 'models/'

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

/** The fields that merge as sets: nothing in them is ever taken away. */
export const SET_FIELDS = [
  'inputs',
  'links',
  'datasets',
  'model_inputs',
  'model_outputs',
  'model_metrics',
] as const satisfies readonly (keyof RunRecord)[]

/** Takes a record apart into what has one value each. Metrics, files and `SET_FIELDS` merge otherwise. */
export function toRegisters(record: RunRecord): Registers {
  const registers: Registers = new Map()
  for (const field of FIELDS) if (record[field] !== undefined) registers.set(field, record[field])
  for (const [key, value] of Object.entries(record.params ?? {})) registers.set(`params/${key}`, value)
  for (const [key, value] of Object.entries(record.tags ?? {})) registers.set(`tags/${key}`, value)
  for (const path of Object.keys(record.removed ?? {})) registers.set(`removed/${path}`, true)
  for (const [path, value] of flatten(record.models ?? {}, MODELS)) registers.set(path, value)
  if (record.outputs !== undefined) registers.set('outputs/commit', record.outputs.commit)
  return registers
}

/** Puts a record together again; the reverse of {@link toRegisters} but for what merges as sets. */
export function fromRegisters(registers: Registers): Partial<RunRecord> {
  const record: Record<string, unknown> = {}
  for (const field of FIELDS) if (registers.has(field)) record[field] = registers.get(field)
  for (const group of ['params', 'tags', 'removed']) {
    const members = [...registers].filter(([path]) => path.startsWith(`${group}/`))
    if (members.length === 0) continue
    record[group] = Object.fromEntries(members.map(([path, value]) => [path.slice(group.length + 1), value]))
  }
  const models = [...registers].filter(([path]) => path.startsWith(MODELS))
  if (models.length > 0) record['models'] = unflatten(models)['models']
  return record
}
