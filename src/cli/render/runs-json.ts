import type { RunList } from '../../features/list-runs.ts'
import type { RunRecord } from '../../domain/run.ts'
import type { StoredRun } from '../../store/runs.ts'
import { isPicked } from './run-cell.ts'

/** A run in JSON answers: its record, every time in ISO 8601, and how it stands. */
export type RunJson = Omit<RunRecord, 'schema' | 'edits' | 'metrics'> & {
  metrics: Record<string, unknown>
  /** Whether it is running on this machine now. */
  live: boolean
  picked: boolean
  problems?: string[]
}

/** The answer of `git model runs --json`. */
export type RunsListJson = {
  schema: 'runs-list/v1'
  runs: RunJson[]
  /** How many runs fit, before `--limit`. */
  total: number
  /** How many deleted runs fit and were left out. */
  deleted: number
  unreadable: { run: string; problems: string[] }[]
}

/** Makes the JSON answer for a list of runs. */
export function runsJson(list: RunList): RunsListJson {
  return {
    schema: 'runs-list/v1',
    runs: list.runs.map(runJson),
    total: list.total,
    deleted: list.hidden,
    unreadable: list.unreadable,
  }
}

/** Makes the JSON form of one run. */
export function runJson({ record, live, problems }: StoredRun): RunJson {
  const { schema: _, edits: _edits, metrics, ...rest } = record
  const withTimes = Object.entries(metrics ?? {}).map(([name, summary]) => [
    name,
    { ...summary, time: isoTime(summary.time) },
  ])
  return {
    ...rest,
    metrics: Object.fromEntries(withTimes) as Record<string, unknown>,
    live,
    picked: isPicked(record),
    ...(problems !== undefined && { problems }),
  }
}

/** Writes a time in ms since 1970 in ISO 8601; null for one that no calendar has. */
export function isoTime(time: number): string | null {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : null
}
