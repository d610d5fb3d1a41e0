import type { Config, Goal } from './config.ts'
import { primaryMetric } from './config.ts'
import { filterView } from './filter-view.ts'
import type { RunRecord } from './run.ts'
import type { Scalar } from './scalar.ts'

/** What a field of a run is. */
export type ComparedGroup = 'run' | 'metric' | 'param' | 'tag' | 'input' | 'output' | 'environment'

/** One field of several runs. */
export interface ComparedField {
  group: ComparedGroup
  /** Its name: of an attribute as filters spell it, of an input or output its path. */
  key: string
  /** Of each run; undefined where it has none. */
  values: (Scalar | undefined)[]
  /** Whether some run has another value than the first. */
  differs: boolean
  /** Which direction of a metric is better. */
  goal?: Goal
  /** Positions of the runs with the best value of a metric with a goal, where there is a worse one. */
  best?: number[]
}

const ATTRIBUTES = [
  'status',
  'experiment',
  'kind',
  'start_time',
  'duration',
  'user_id',
  'branch',
  'code.commit',
  'code.tree',
  'dirty',
  'parent',
  'command',
  'exit',
  'notes',
] as const

/** Puts the fields of runs side by side: attributes, then metrics (the primary one first), params and the rest by name. */
export function compareRunFields(records: readonly RunRecord[], config: Config): ComparedField[] {
  const field = (group: ComparedGroup, key: string, values: (Scalar | undefined)[]): ComparedField => ({
    group,
    key,
    values,
    differs: values.some((value) => !Object.is(value, values[0])),
  })
  const views = records.map((record) => filterView(record))
  const group = (name: ComparedGroup, members: (Readonly<Record<string, Scalar>> | undefined)[]) =>
    keysOf(members).map((key) =>
      field(
        name,
        key,
        members.map((each) => own(each, key)),
      ),
    )
  const metrics = keysOf(records.map((record) => record.metrics)).map((key) =>
    withBest(
      field(
        'metric',
        key,
        views.map((view) => view.metric(key)),
      ),
      config,
    ),
  )
  const primary = primaryMetric(config)
  return [
    ...ATTRIBUTES.map((key) =>
      field(
        'run',
        key,
        views.map((view) => view.attribute(key)),
      ),
    ).filter(({ values }) => values.some((value) => value !== undefined)),
    ...metrics.sort((a, b) => Number(b.key === primary) - Number(a.key === primary)),
    ...group(
      'param',
      records.map(({ params }) => params),
    ),
    ...group(
      'tag',
      records.map(({ tags }) => tags),
    ),
    ...group(
      'input',
      records.map(({ inputs }) =>
        Object.fromEntries((inputs ?? []).map(({ path, digest }) => [path, digest])),
      ),
    ),
    ...group(
      'output',
      records.map(({ outputs }) =>
        Object.fromEntries((outputs?.files ?? []).map(({ path, oid }) => [path, oid])),
      ),
    ),
    ...group(
      'environment',
      records.map(({ environment }) => environment),
    ),
  ]
}

function withBest(field: ComparedField, config: Config): ComparedField {
  const metric = own(config.metrics, field.key)
  if (metric?.goal === undefined) return field
  const numbers = field.values.map((value) => (typeof value === 'number' ? value : Number.NaN))
  const known = numbers.filter((value) => !Number.isNaN(value))
  const top = known.reduce(
    (a, b) => (metric.goal === 'max' ? (b > a ? b : a) : b < a ? b : a),
    known[0] ?? Number.NaN,
  )
  const best = numbers.flatMap((value, index) => (value === top ? [index] : []))
  return { ...field, goal: metric.goal, ...(best.length < known.length && { best }) }
}

function keysOf(groups: readonly (Readonly<Record<string, unknown>> | undefined)[]): string[] {
  return [...new Set(groups.flatMap((group) => Object.keys(group ?? {})))].sort()
}

function own<T>(values: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined
}
