import { encodeRunNote, encodeSeriesNote } from '../domain/encode-notes.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { stableJson } from '../domain/stable-json.ts'
import { notePath, type Note } from '../git/notes.ts'
import { ObjectWriter, type Mark, type PathChange } from '../git/object-writer.ts'
import type { Tips } from '../git/read-tips.ts'
import { KEEP, RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import type { RefUpdate } from '../git/update-refs.ts'
import type { Folding } from './folding.ts'
import { planKeep } from './plan-keep.ts'

/**
 * Writes the notes and the keep commits of runs that changed.
 *
 * @param kept - the commits that the keep chain must reach.
 * @returns the moves that make them count.
 */
export async function writeFolded(
  repo: Repository,
  identity: string,
  tips: Tips,
  changed: readonly Folding[],
  kept: readonly Oid[],
): Promise<RefUpdate[]> {
  if (changed.length === 0) return []
  const writer = new ObjectWriter(identity)
  const message = describe(changed)
  const commit = (ref: string, changes: PathChange[]): Mark => {
    const tip = tips.get(ref)
    return writer.commit({ parents: tip === undefined ? [] : [tip], message, changes })
  }
  const planned: [ref: string, mark: Mark][] = [
    [
      RUNS_NOTES,
      commit(
        RUNS_NOTES,
        changed.flatMap((folding) => runChanges(writer, folding)),
      ),
    ],
  ]
  const series = changed.flatMap((folding) => seriesChanges(writer, folding))
  if (series.length > 0) planned.push([SERIES_NOTES, commit(SERIES_NOTES, series)])
  const keep = planKeep(writer, tips.get(KEEP), kept, message)
  if (keep !== undefined) planned.push([KEEP, keep])
  const oidOf = await writer.write(repo)
  return planned.map(([ref, mark]) => ({ ref, from: tips.get(ref), to: oidOf(mark) }))
}

function runChanges(writer: ObjectWriter, folding: Folding): PathChange[] {
  const text = encodeRunNote(folding.state.record, folding.others.run)
  return noteChanges(writer, folding.run, text, folding.notes.run)
}

function seriesChanges(writer: ObjectWriter, folding: Folding): PathChange[] {
  const { series } = folding.state
  if (Object.keys(series.metrics).length === 0) return []
  if (folding.before !== undefined && stableJson(folding.before.series) === stableJson(series)) return []
  const text = encodeSeriesNote(series, folding.others.series)
  return noteChanges(writer, folding.run, text, folding.notes.series)
}

function noteChanges(
  writer: ObjectWriter,
  target: Oid,
  text: string,
  before: Note | undefined,
): PathChange[] {
  const path = notePath(target)
  const stale = (before?.paths ?? []).filter((other) => other !== path)
  return [
    ...stale.map((other) => ({ path: other, delete: true as const })),
    { path, blob: writer.blob(text) },
  ]
}

function describe(changed: readonly Folding[]): string {
  const [first] = changed
  const { name, status } = (first?.state.record ?? {}) as Partial<RunRecord>
  return changed.length === 1 ? `run ${name}: ${status}\n` : `${changed.length} runs\n`
}
