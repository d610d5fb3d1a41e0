import { encodeRun } from '../domain/encode-run.ts'
import { encodeSeries } from '../domain/encode-series.ts'
import { mergeRuns } from '../domain/merge-runs.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { mergeSeries, type Series } from '../domain/series.ts'
import { decodeRunNote } from '../schema/run-note.ts'
import { decodeSeriesNote } from '../schema/series-note.ts'

/** A note in its parts: what this program understands, joined into one, and what it only carries. */
export interface DecodedNote<T> {
  value: T | undefined
  /** Documents of newer versions and documents that are damaged, verbatim. They are never dropped. */
  others: string[]
  problems: string[]
}

/** Reads the note of a run. A record that claims another run's id is carried, not believed. */
export function decodeRun(target: Oid, text: string): DecodedNote<RunRecord> {
  const note = decodeRunNote(text)
  const ours = note.records.filter((record) => record.run === target)
  const foreign = note.records.filter((record) => record.run !== target)
  return {
    value: ours.length === 0 ? undefined : ours.reduce(mergeRuns),
    others: [...note.others, ...foreign.map((record) => encodeRun(record))],
    problems: [
      ...note.problems.map(problemText),
      ...foreign.map(({ run }) => `a record that claims to be run ${run}`),
    ],
  }
}

/** Reads the series note of a run. */
export function decodeSeries(target: Oid, text: string): DecodedNote<Series> {
  const note = decodeSeriesNote(text)
  const ours = note.series.filter((series) => series.run === target)
  const foreign = note.series.filter((series) => series.run !== target)
  return {
    value: ours.length === 0 ? undefined : ours.reduce(mergeSeries),
    others: [...note.others, ...foreign.map((series) => encodeSeries(series))],
    problems: [
      ...note.problems.map(problemText),
      ...foreign.map(({ run }) => `a series that claims to be of run ${run}`),
    ],
  }
}

/** Says what is wrong with a document of a note, and where. */
export function problemText(problem: {
  message: string
  line?: number | undefined
  column?: number | undefined
}): string {
  return problem.line === undefined
    ? problem.message
    : `line ${problem.line}, column ${problem.column}: ${problem.message}`
}
