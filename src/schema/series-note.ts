import { comparePoints, type Point, type Series, type SeriesColumns } from '../domain/series.ts'
import { readNoteDocuments, type NoteProblem } from './note-documents.ts'
import type { SchemaProblem } from './validate.ts'

/** A run's series note as it was read. */
export interface SeriesNote {
  series: Series[]
  /** Documents of newer versions and damaged documents, each as it stands. */
  others: string[]
  problems: NoteProblem[]
}

// A series is JSON, which costs little to read: what the writer keeps below 16 MiB may be merged to more.
const LONGEST = 128 * 1024 * 1024

/** Reads the series note of a run: a stream of documents. Never throws, and drops nothing. */
export function decodeSeriesNote(text: string): SeriesNote {
  const { valid, others, problems } = readNoteDocuments<Series>('series', text, checkColumns, {
    length: LONGEST,
  })
  return { series: valid, others, problems }
}

function checkColumns(series: Series): SchemaProblem | undefined {
  for (const [name, columns] of Object.entries(series.metrics)) {
    const message = describeColumns(columns)
    if (message !== undefined)
      return { path: `/metrics/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, message }
  }
  return undefined
}

function describeColumns(columns: SeriesColumns): string | undefined {
  const { step, value, time } = columns
  if (step.length !== value.length || step.length !== time.length) {
    return `has columns of ${step.length} steps, ${value.length} values and ${time.length} times`
  }
  for (let index = 1; index < step.length; index++) {
    if (step[index - 1]! < step[index]!) continue
    if (comparePoints(pointAt(columns, index - 1), pointAt(columns, index)) > 0)
      return `is out of order at its point ${index}`
  }
  return undefined
}

function pointAt({ step, value, time }: SeriesColumns, index: number): Point {
  return { step: step[index]!, value: value[index]!, time: time[index]! }
}
