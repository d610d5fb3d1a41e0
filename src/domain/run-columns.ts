import type { Config } from './config.ts'
import { primaryMetric } from './config.ts'
import { filterError } from './filter-error.ts'
import { describe, parseField, peek, take, type Cursor } from './filter-field.ts'
import { tokenize } from './filter-token.ts'
import type { FieldGroup, FilterField } from './filter.ts'
import type { RunRecord } from './run.ts'

/** A column of a list of runs. */
export interface RunColumn {
  readonly field: FilterField
  /** How soon it goes when there is no room for it: the highest first; 0 stays. */
  readonly expendable: number
}

const MAX_METRICS = 4
const MAX_PARAMS = 6
const ALIASES: Readonly<Record<string, string>> = { id: 'run_id', age: 'start_time' }

/**
 * Parses `--columns`: fields as in a filter, separated by commas; `metrics.*`, `params.*` and `tags.*` are all of them.
 *
 * @throws ModelError filter-invalid
 */
export function parseColumns(text: string, records: readonly RunRecord[]): RunColumn[] {
  const cursor: Cursor = { text, tokens: tokenize(text), strict: false, at: 0 }
  const fields = [...parseColumn(cursor, records)]
  while (peek(cursor).text === ',') {
    take(cursor)
    fields.push(...parseColumn(cursor, records))
  }
  const rest = peek(cursor)
  if (rest.kind === 'end') return fields.map((field) => ({ field, expendable: 0 }))
  throw filterError(
    text,
    rest,
    `${describe(cursor, rest)} is not expected here`,
    'separate columns with commas',
  )
}

/**
 * Chooses the columns that tell these runs apart: id, name, status, start, duration and commit; experiment, author
 * and branch where they differ; the metrics that `.gitmodel.yaml` names, or else the most common; the params that differ.
 */
export function defaultColumns(records: readonly RunRecord[], config: Config): RunColumn[] {
  const varied = (field: 'experiment' | 'author', rank: number): RunColumn[] =>
    distinct(records.map((record) => record[field])) > 1
      ? [column('attribute', field === 'author' ? 'user_id' : field, rank)]
      : []
  return [
    column('attribute', 'run_id', 0),
    column('attribute', 'run_name', 0),
    ...varied('experiment', 90),
    column('attribute', 'status', 10),
    column('attribute', 'start_time', 40),
    column('attribute', 'duration', 60),
    ...varied('author', 95),
    ...(distinct(records.map((record) => record.code.branch)) > 1 ? [column('attribute', 'branch', 70)] : []),
    column('attribute', 'code.commit', 50),
    ...metricNames(records, config).map((name, index) =>
      column('metric', name, index === 0 ? 0 : 30 + index),
    ),
    ...variedParams(records).map((name, index) => column('param', name, (index < 2 ? 20 : 44) + index)),
  ]
}

function parseColumn(cursor: Cursor, records: readonly RunRecord[]): FilterField[] {
  const token = peek(cursor)
  const alias = token.kind === 'word' && Object.hasOwn(ALIASES, token.text) ? ALIASES[token.text] : undefined
  if (alias !== undefined) {
    take(cursor)
    return [{ group: 'attribute', key: alias }]
  }
  const field = parseField(cursor)
  return field.key === '*' ? allOf(field.group, records) : [field]
}

function allOf(group: FieldGroup, records: readonly RunRecord[]): FilterField[] {
  const keys = records.flatMap((record) => {
    if (group === 'metric') return Object.keys(record.metrics ?? {})
    if (group === 'param') return Object.keys(record.params ?? {})
    return group === 'tag' ? Object.keys(record.tags ?? {}) : []
  })
  return [...new Set(keys)].sort().map((key) => ({ group, key }))
}

// The primary metric first, then in the order of the file; without a file the most common, then by name.
function metricNames(records: readonly RunRecord[], config: Config): string[] {
  const counts = countKeys(records.map((record) => record.metrics))
  const primary = primaryMetric(config)
  const configured = Object.keys(config.metrics ?? {}).filter((name) => counts.has(name))
  if (configured.length > 0) {
    return configured.sort((a, b) => Number(b === primary) - Number(a === primary))
  }
  return byCount(counts).slice(0, MAX_METRICS)
}

// Those that have several values first, then those that only some runs have.
function variedParams(records: readonly RunRecord[]): string[] {
  const names = byCount(countKeys(records.map((record) => record.params)))
  const values = new Map(
    names.map((name) => [name, new Set(records.map((record) => own(record.params, name)))]),
  )
  const isVaried = (name: string): boolean =>
    values.get(name)!.size - Number(values.get(name)!.has(undefined)) > 1
  const differ = names.filter((name) => values.get(name)!.size > 1)
  return [...differ.filter(isVaried), ...differ.filter((name) => !isVaried(name))].slice(0, MAX_PARAMS)
}

function countKeys(groups: readonly (Record<string, unknown> | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const group of groups) {
    for (const key of Object.keys(group ?? {})) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function byCount(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name)
}

function distinct(values: readonly unknown[]): number {
  return new Set(values).size
}

function own<T>(values: Record<string, T> | undefined, key: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined
}

function column(group: FieldGroup, key: string, expendable: number): RunColumn {
  return { field: { group, key }, expendable }
}
