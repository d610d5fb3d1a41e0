import { encodeRun } from './encode-run.ts'
import { encodeSeries } from './encode-series.ts'
import type { RunRecord } from './run.ts'
import type { Series } from './series.ts'

/** Writes a run's note: its record first, then documents that are only carried, sorted and without duplicates. */
export function encodeRunNote(record: RunRecord | undefined, others: readonly string[]): string {
  return joinDocuments(record === undefined ? undefined : encodeRun(record), others)
}

/** Writes a series note; as {@link encodeRunNote}. */
export function encodeSeriesNote(series: Series | undefined, others: readonly string[]): string {
  return joinDocuments(series === undefined ? undefined : encodeSeries(series), others)
}

/** Joins the documents of a note. */
export function joinDocuments(first: string | undefined, others: readonly string[]): string {
  const rest = [...new Set(others)].sort()
  return [...(first === undefined ? [] : [first]), ...rest]
    .map((text) => (text.endsWith('\n') ? text : `${text}\n`))
    .join('')
}
