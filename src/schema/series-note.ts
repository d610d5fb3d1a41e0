import type { Series } from '../domain/series.ts'
import { readNoteDocuments, type NoteProblem } from './note-documents.ts'
import { describeColumns } from './series-columns.ts'
import type { SchemaProblem } from './validate.ts'

/** A run's series note as it was read. */
export interface SeriesNote {
  series: Series[]
  /** Documents of newer versions and damaged documents, each as it stands. */
  others: string[]
  problems: NoteProblem[]
}

// A series is JSON, which costs little to read: what the writer keeps below 16 MiB may be merged to more.
const LONGEST = 64 * 1024 * 1024

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
