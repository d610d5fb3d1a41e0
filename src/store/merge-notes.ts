import { withSummaries } from '../domain/apply-events.ts'
import { encodeEntityNote } from '../domain/encode-entity.ts'
import { mergeEntities, type Entity, type EntityKind } from '../domain/entity.ts'
import { settleVersions } from '../domain/settle-versions.ts'
import { encodeRunNote, encodeSeriesNote } from '../domain/encode-notes.ts'
import { mergeRuns } from '../domain/merge-runs.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { mergeSeries } from '../domain/series.ts'
import { stableJson } from '../domain/stable-json.ts'
import { readNotes } from '../git/notes.ts'
import type { ObjectName, ObjectWriter, PathChange } from '../git/object-writer.ts'
import type { Tips } from '../git/read-tips.ts'
import { CARDS_NOTES, EXPERIMENTS_NOTES, REGISTRY_NOTES, RUNS_NOTES, SERIES_NOTES } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { mergeCards } from '../schema/merge-cards.ts'
import { decodeEntity } from './entities.ts'
import {
  compareNotes,
  fittingBlob,
  isAlone,
  placeOf,
  portionsOf,
  readTexts,
  type Diverged,
  type Pair,
  type RefusedNotes,
} from './note-pairs.ts'
import { decodeRun, decodeSeries, type DecodedNote } from './run-codec.ts'

/** What a merge of one notes ref changes in our tree. */
export interface MergedNotes {
  diverged: Diverged
  changes: PathChange[]
  /** Whether the result is exactly what the other side has. */
  same: boolean
}

/** A pair that was read. */
interface PairTexts {
  target: Oid
  ours: string
  theirs: string
  base: string | undefined
  isNewer: boolean
}

/**
 * Merges diverged notes refs. Runs and series are joined and need no merge base; cards merge field by field
 * against it. A note that only one side has stays: notes are never deleted, runs have tombstones. That holds for
 * tips that were made from ours, too: whoever writes to a remote could take notes away.
 *
 * What is in memory at once does not depend on how much has diverged.
 */
export async function mergeNotes(
  repo: Repository,
  writer: ObjectWriter,
  diverged: readonly Diverged[],
  tips: Tips,
): Promise<{ merged: MergedNotes[]; refused: RefusedNotes[] }> {
  const compared = await Promise.all(diverged.map((one) => compareNotes(repo, one, writer)))
  const sides = compared.filter((side) => 'pairs' in side)
  const results = await mergePairs(
    repo,
    writer,
    tips,
    sides.flatMap(({ pairs }) => pairs),
  )
  return {
    merged: sides.map(({ one, additions, pairs, lacksOurs }) => ({
      diverged: one,
      changes: [...additions, ...pairs.flatMap((pair) => placeOf(pair, results.get(pair)!))],
      same: !lacksOurs && pairs.every((pair) => isAlone(pair.theirs, results.get(pair)!)),
    })),
    refused: compared.filter((side) => 'reason' in side),
  }
}

// No longer document of a run is read (schema/parse-yaml.ts).
const LONGEST_RECORD = 16 * 1024 * 1024

/** Merges pairs, some at a time, and returns the blob that each becomes. */
async function mergePairs(
  repo: Repository,
  writer: ObjectWriter,
  tips: Tips,
  pairs: readonly Pair[],
): Promise<Map<Pair, ObjectName>> {
  const results = new Map<Pair, ObjectName>()
  const small = pairs.filter((pair) => {
    const fitting = fittingBlob(pair)
    if (fitting !== undefined) results.set(pair, fitting)
    return fitting === undefined
  })
  const portions = portionsOf(small)
  for (const [index, portion] of portions.entries()) {
    const isLast = index === portions.length - 1
    const into = isLast ? writer : writer.another()
    const names = await mergePortion(repo, into, tips, portion)
    const oidOf = isLast ? (name: ObjectName) => name : await into.write(repo)
    for (const [pair, name] of names) results.set(pair, oidOf(name))
  }
  return results
}

async function mergePortion(
  repo: Repository,
  writer: ObjectWriter,
  tips: Tips,
  portion: readonly Pair[],
): Promise<Map<Pair, ObjectName>> {
  const texts = await readTexts(
    repo,
    portion.flatMap(({ ours, theirs, base }) => [ours, theirs, base]),
  )
  const read = portion.map(({ ref, target, isNewer, base }, index) => {
    const [ours, theirs, old] = texts.slice(3 * index)
    return {
      ref,
      texts: { target, isNewer, ours: ours!, theirs: theirs!, base: base.length === 0 ? undefined : old },
    }
  })
  const pairsOf = (ref: string): PairTexts[] => read.flatMap((one) => (one.ref === ref ? [one.texts] : []))
  const series = mergeSeriesPairs(pairsOf(SERIES_NOTES))
  const merged: Record<string, Map<Oid, string>> = {
    [RUNS_NOTES]: await mergeRunPairs(repo, tips, pairsOf(RUNS_NOTES), series),
    [SERIES_NOTES]: series,
    [CARDS_NOTES]: new Map(pairsOf(CARDS_NOTES).map((pair) => [pair.target, mergeCardPair(pair)])),
    [EXPERIMENTS_NOTES]: mergeEntityPairs('experiment', pairsOf(EXPERIMENTS_NOTES)),
    [REGISTRY_NOTES]: mergeEntityPairs('registry', pairsOf(REGISTRY_NOTES)),
  }
  return new Map(
    portion.map((pair, index) => {
      const { ours, theirs } = read[index]!.texts
      const text = merged[pair.ref]?.get(pair.target) ?? ours
      if (text === ours && pair.ours.length === 1) return [pair, pair.ours[0]!.oid]
      if (text === theirs && pair.theirs.length === 1) return [pair, pair.theirs[0]!.oid]
      return [pair, writer.blob(text)]
    }),
  )
}

function mergeSeriesPairs(pairs: readonly PairTexts[]): Map<Oid, string> {
  return new Map(
    pairs.map(({ target, ours, theirs, isNewer }) => {
      const [a, b] = [decodeSeries(target, ours), decodeSeries(target, theirs)]
      const value = a.value && b.value ? mergeSeries(a.value, b.value) : (a.value ?? b.value)
      if (isNewer && addsTo(a, b, stableJson(value) === stableJson(b.value))) return [target, theirs]
      return [target, encodeSeriesNote(value, [...a.others, ...b.others])]
    }),
  )
}

async function mergeRunPairs(
  repo: Repository,
  tips: Tips,
  pairs: readonly PairTexts[],
  mergedSeries: ReadonlyMap<Oid, string>,
): Promise<Map<Oid, string>> {
  const texts = new Map<Oid, string>()
  for (const { target, ours, theirs, isNewer } of pairs) {
    const [a, b] = [decodeRun(target, ours), decodeRun(target, theirs)]
    const joined = a.value && b.value ? mergeRuns(a.value, b.value) : (a.value ?? b.value)
    if (isNewer && addsTo(a, b, withoutSummaries(joined) === withoutSummaries(b.value))) {
      texts.set(target, theirs)
      continue
    }
    const isSummed = stableJson(a.value?.metrics) === stableJson(b.value?.metrics)
    const series = mergedSeries.get(target) ?? (isSummed ? undefined : await seriesOf(repo, tips, target))
    const summed = series === undefined ? undefined : decodeSeries(target, series).value
    const record = joined && summed ? withSummaries(joined, summed) : joined
    texts.set(target, readableNote(encodeRunNote(record, [...a.others, ...b.others]), ours, theirs))
  }
  return texts
}

// What no reader takes is not written: of both the greater stands, as of notes that are too large to be merged.
function readableNote(text: string, ours: string, theirs: string): string {
  if (text.length <= LONGEST_RECORD) return text
  return ours > theirs ? ours : theirs
}

// One at a time: each can be as large as all records together.
async function seriesOf(repo: Repository, tips: Tips, target: Oid): Promise<string | undefined> {
  return (await readNotes(repo, tips.get(SERIES_NOTES), [target])).get(target)?.text
}

function addsTo(a: DecodedNote<unknown>, b: DecodedNote<unknown>, isJoin: boolean): boolean {
  return isJoin && a.others.every((text) => b.others.includes(text))
}

// They follow from the series, which are merged on their own.
function withoutSummaries(record: RunRecord | undefined): string {
  return stableJson({ ...record, metrics: undefined })
}

function mergeCardPair({ base, ours, theirs }: PairTexts): string {
  return mergeCards(base, ours, theirs).text
}

function mergeEntityPairs(kind: EntityKind, pairs: readonly PairTexts[]): Map<Oid, string> {
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
