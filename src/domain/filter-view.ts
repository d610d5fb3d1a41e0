import { fromStored } from './number.ts'
import type { RunRecord } from './run.ts'
import type { Scalar } from './scalar.ts'

/** A dataset as a filter sees it. */
export interface DatasetView {
  readonly name: string
  readonly digest: string
  readonly context?: string
}

/** What a filter or a sort key sees of a run. What is missing is undefined, and never matches. */
export interface FilterView {
  metric(key: string): number | undefined
  param(key: string): Scalar | undefined
  tag(key: string): Scalar | undefined
  /** By its canonical name; times are in ms since 1970, `duration` in seconds. */
  attribute(name: string): Scalar | undefined
  readonly datasets: readonly DatasetView[]
}

/** Returns the view of a record. A metric counts with its last value, an input as a dataset named by its path. */
export function filterView(record: RunRecord): FilterView {
  return {
    metric: (key) => {
      const last = own(record.metrics, key)?.last
      return last === undefined ? undefined : fromStored(last)
    },
    param: (key) => own(record.params, key),
    tag: (key) => own(record.tags, key),
    attribute: (name) => READERS.get(name)?.(record),
    datasets: (record.inputs ?? []).map(({ path, digest }) => ({ name: path, digest })),
  }
}

const READERS: ReadonlyMap<string, (record: RunRecord) => Scalar | undefined> = new Map<
  string,
  (record: RunRecord) => Scalar | undefined
>([
  ['run_id', (record) => record.run],
  ['run_name', (record) => record.name],
  ['status', (record) => record.status],
  ['start_time', (record) => time(record.started)],
  ['end_time', (record) => time(record.finished)],
  ['user_id', (record) => record.author],
  ['experiment', (record) => record.experiment],
  ['kind', (record) => record.kind],
  ['branch', (record) => record.code.branch],
  ['code.commit', (record) => record.code.commit],
  ['code.tree', (record) => record.code.tree],
  ['dirty', (record) => String(record.code.dirty)],
  ['parent', (record) => record.parent],
  ['notes', (record) => record.notes],
  ['command', (record) => record.command?.join(' ')],
  ['duration', duration],
  ['exit', (record) => record.exit?.code],
])

function duration(record: RunRecord): number | undefined {
  const [start, end] = [time(record.started), time(record.finished)]
  return start === undefined || end === undefined ? undefined : (end - start) / 1000
}

function time(text: string | undefined): number | undefined {
  const parsed = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(parsed) ? undefined : parsed
}

function own<T>(values: Record<string, T> | undefined, key: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined
}
