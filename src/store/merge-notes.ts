import { withSummaries } from '../domain/apply-events.ts'
import { encodeEntityNote } from '../domain/encode-entity.ts'
import { mergeEntities, type Entity, type EntityKind } from '../domain/entity.ts'
import { settleVersions } from '../domain/settle-versions.ts'
import { encodeRunNote, encodeSeriesNote } from '../domain/encode-notes.ts'
import { mergeRuns } from '../domain/merge-runs.ts'
import type { Oid } from '../domain/run.ts'
import { mergeSeries } from '../domain/series.ts'
import { diffNotes, joinTexts, notePath, readNotes, type NoteChange } from '../git/notes.ts'
import type { ObjectWriter, PathChange } from '../git/object-writer.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Tips } from '../git/read-tips.ts'
import {
  CARDS_NOTES,
  EXPERIMENTS_NOTES,
  REGISTRY_NOTES,
  RUNS_NOTES,
  SERIES_NOTES,
  type SharedRef,
} from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { mergeCards } from '../schema/merge-cards.ts'
import { decodeEntity } from './entities.ts'
import { decodeRun, decodeSeries } from './run-codec.ts'

/** A ref that moved on both sides. */
export interface Diverged {
  ref: SharedRef
  ours: Oid
  theirs: Oid
  base: Oid | undefined
}

/** What a merge of one notes ref changes in our tree. */
export interface MergedNotes {
  diverged: Diverged
  changes: PathChange[]
  /** Whether the result is exactly what the other side has. */
  same: boolean
}

/** A note that both sides have, with different content. */
interface Pair {
  target: Oid
  ours: string
  theirs: string
  base: string | undefined
}

/**
 * Merges diverged notes refs. Runs and series are joined and need no merge base; cards merge field by field
 * against it. A note that only one side has stays: notes are never deleted, runs have tombstones.
 */
export async function mergeNotes(
  repo: Repository,
  writer: ObjectWriter,
  diverged: readonly Diverged[],
  tips: Tips,
): Promise<MergedNotes[]> {
  const sides = await Promise.all(diverged.map(async (one) => ({ one, ...(await readSides(repo, one)) })))
  const pairsOf = (ref: string): Pair[] => sides.find(({ one }) => one.ref === ref)?.pairs ?? []
  const series = mergeSeriesPairs(pairsOf(SERIES_NOTES))
  const runs = await mergeRunPairs(repo, tips, pairsOf(RUNS_NOTES), series)
  const merged: Record<string, Map<Oid, string>> = {
    [RUNS_NOTES]: runs,
    [SERIES_NOTES]: series,
    [CARDS_NOTES]: new Map(pairsOf(CARDS_NOTES).map((pair) => [pair.target, mergeCardPair(pair)])),
    [EXPERIMENTS_NOTES]: mergeEntityPairs('experiment', pairsOf(EXPERIMENTS_NOTES)),
    [REGISTRY_NOTES]: mergeEntityPairs('registry', pairsOf(REGISTRY_NOTES)),
  }
  return sides.map(({ one, pairs, onlyOurs, changes }) => {
    const texts = merged[one.ref] ?? new Map<Oid, string>()
    return {
      diverged: one,
      changes: changes(texts, writer),
      same: !onlyOurs && pairs.every(({ target, theirs }) => texts.get(target) === theirs),
    }
  })
}

interface Sides {
  pairs: Pair[]
  /** Whether we have a note that they do not have. */
  onlyOurs: boolean
  changes: (texts: ReadonlyMap<Oid, string>, writer: ObjectWriter) => PathChange[]
}

async function readSides(repo: Repository, { ours, theirs, base }: Diverged): Promise<Sides> {
  const differences = await diffNotes(repo, ours, theirs)
  const both = differences.filter(({ before, after }) => before.length > 0 && after.length > 0)
  const onlyTheirs = differences.filter(({ before }) => before.length === 0)
  const texts = await readBlobs(
    repo,
    both.flatMap(({ before, after }) => [...before, ...after]),
  )
  const bases = await readNotes(
    repo,
    base,
    both.map(({ target }) => target),
  )
  const textOf = (blobs: Oid[]): string => blobs.map((blob) => texts.get(blob) ?? '').reduce(joinTexts)
  const pairs = both.map(({ target, before, after }) => ({
    target,
    ours: textOf(before),
    theirs: textOf(after),
    base: bases.get(target)?.text,
  }))
  const paths = await readNotes(
    repo,
    ours,
    both.map(({ target }) => target),
  )
  return {
    pairs,
    onlyOurs: differences.some(({ after }) => after.length === 0),
    changes: (merged, writer) => [
      ...onlyTheirs.map(addition),
      ...pairs.flatMap(({ target, ours: text }) =>
        replacement(writer, target, text, merged.get(target) ?? text, paths.get(target)?.paths ?? []),
      ),
    ],
  }
}

function addition({ target, after }: NoteChange): PathChange {
  return { path: notePath(target), blob: after[0]! }
}

function replacement(
  writer: ObjectWriter,
  target: Oid,
  before: string,
  after: string,
  paths: readonly string[],
): PathChange[] {
  if (before === after && paths.length === 1) return []
  const stale = paths.filter((path) => path !== notePath(target))
  return [
    ...stale.map((path) => ({ path, delete: true as const })),
    { path: notePath(target), blob: writer.blob(after) },
  ]
}

async function readBlobs(repo: Repository, oids: readonly Oid[]): Promise<Map<Oid, string>> {
  const unique = [...new Set(oids)]
  const objects = await readObjects(repo, unique)
  return new Map(unique.map((oid, index) => [oid, objects[index]?.content.toString('utf8') ?? '']))
}

function mergeSeriesPairs(pairs: readonly Pair[]): Map<Oid, string> {
  return new Map(
    pairs.map(({ target, ours, theirs }) => {
      const [a, b] = [decodeSeries(target, ours), decodeSeries(target, theirs)]
      const value = a.value && b.value ? mergeSeries(a.value, b.value) : (a.value ?? b.value)
      return [target, encodeSeriesNote(value, [...a.others, ...b.others])]
    }),
  )
}

async function mergeRunPairs(
  repo: Repository,
  tips: Tips,
  pairs: readonly Pair[],
  mergedSeries: ReadonlyMap<Oid, string>,
): Promise<Map<Oid, string>> {
  const unmerged = pairs.map(({ target }) => target).filter((target) => !mergedSeries.has(target))
  const seriesNotes = await readNotes(repo, tips.get(SERIES_NOTES), unmerged)
  return new Map(
    pairs.map(({ target, ours, theirs }) => {
      const [a, b] = [decodeRun(target, ours), decodeRun(target, theirs)]
      const joined = a.value && b.value ? mergeRuns(a.value, b.value) : (a.value ?? b.value)
      const text = mergedSeries.get(target) ?? seriesNotes.get(target)?.text
      const series = text === undefined ? undefined : decodeSeries(target, text).value
      const record = joined && series ? withSummaries(joined, series) : joined
      return [target, encodeRunNote(record, [...a.others, ...b.others])]
    }),
  )
}

function mergeCardPair({ base, ours, theirs }: Pair): string {
  return mergeCards(base, ours, theirs).text
}

function mergeEntityPairs(kind: EntityKind, pairs: readonly Pair[]): Map<Oid, string> {
  return new Map(
    pairs.map(({ target, ours, theirs }) => {
      const [a, b] = [decodeEntity(kind, target, ours), decodeEntity(kind, target, theirs)]
      const joined =
        a.value && b.value ? mergeEntities(settle(a.value, b.value), b.value) : (a.value ?? b.value)
      return [target, encodeEntityNote(joined, [...a.others, ...b.others])]
    }),
  )
}

function settle(ours: Entity, theirs: Entity): Entity {
  return ours.schema === 'registry/v1' && theirs.schema === 'registry/v1'
    ? settleVersions(ours, theirs)
    : ours
}
