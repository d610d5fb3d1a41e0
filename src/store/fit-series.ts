import { Readable } from 'node:stream'
import { seriesPieces } from '../domain/encode-series.ts'
import { sha256Name } from '../domain/lfs-pointer.ts'
import { reduceSeries } from '../domain/reduce-series.ts'
import { ARTIFACTS, type OutputFile } from '../domain/run.ts'
import type { Series } from '../domain/series.ts'
import type { Repository } from '../git/repository.ts'

/** What a series note has room for, in bytes: hosts and readers of notes take no more gladly. */
const LARGEST_NOTE = 16 * 1024 * 1024
/** A point is a few bytes at least: what has fewer points than this fits without being written to see. */
const SURELY_FITS = LARGEST_NOTE / 128

/** What stands in the note of a run's series, and the file of the whole, where the note has no room for it. */
export interface FittedSeries {
  series: Series
  whole?: OutputFile
}

/**
 * Makes a series fit its note. One that is too long becomes a file in the LFS store, as JSON, and the note keeps a
 * reduction of it.
 *
 * @throws ModelError `disk-full`, `write-failed`.
 */
export async function fitSeries(repo: Repository, series: Series): Promise<FittedSeries> {
  const points = Object.values(series.metrics).reduce((sum, { step }) => sum + step.length, 0)
  if (points < SURELY_FITS) return { series }
  if (fits(series)) return { series }
  const [{ openLfsStore }, { storeStream }] = await Promise.all([
    import('./open-lfs-store.ts'),
    import('../lfs/store-file.ts'),
  ])
  // Without the marker of YAML documents: what reads JSON reads it.
  const json = Readable.from(asBytes(series))
  const { oid, size } = await storeStream(await openLfsStore(repo), json, 'the step history')
  const path = `${ARTIFACTS}/series-${oid.slice(0, 12)}.json`
  return { series: reduceSeries(series), whole: { path, oid: sha256Name(oid), size } }
}

// The marker of YAML documents is four bytes.
function fits(series: Series): boolean {
  let size = 4
  for (const piece of seriesPieces(series)) {
    size += Buffer.byteLength(piece)
    if (size > LARGEST_NOTE) return false
  }
  return true
}

function* asBytes(series: Series): Generator<Buffer> {
  for (const piece of seriesPieces(series)) yield Buffer.from(piece)
}
