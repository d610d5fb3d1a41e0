import { withSummaries } from '../domain/apply-events.ts'
import { encodeEntityNote } from '../domain/encode-entity.ts'
import { mergeEntities, type Entity, type EntityKind } from '../domain/entity.ts'
import { settleVersions } from '../domain/settle-versions.ts'
import { encodeRunNote, encodeSeriesNote } from '../domain/encode-notes.ts'
import { mergeRuns } from '../domain/merge-runs.ts'
import type { Oid, RunRecord } from '../domain/run.ts'
import { mergeSeries } from '../domain/series.ts'
import { stableJson } from '../domain/stable-json.ts'
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
import { refusal } from './refused-refs.ts'
import { decodeRun, decodeSeries, type DecodedNote } from './run-codec.ts'

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

/** A ref of which the other side cannot be read. */
export interface RefusedNotes {
  diverged: Diverged
  reason: string
}

/** A note that both sides have, with different content. */
interface Pair {
  target: Oid
  ours: string
  theirs: string
  base: string | undefined
  /** Whether the other side was made from ours: what adds to ours is taken as it stands. */
  isNewer: boolean
}

/**
 * Merges diverged notes refs. Runs and series are joined and need no merge base; cards merge field by field
 * against it. A note that only one side has stays: notes are never deleted, runs have tombstones. That holds for
 * tips that were made from ours, too: whoever writes to a remote could take notes away.
 */
export async function mergeNotes(
  repo: Repository,
  writer: ObjectWriter,
  diverged: readonly Diverged[],
  tips: Tips,
): Promise<{ merged: MergedNotes[]; refused: RefusedNotes[] }> {
  const read = await Promise.all(diverged.map((one) => tryReadSides(repo, one)))
  const sides = read.filter((side) => 'pairs' in side)
  const pairsOf = (ref: string): Pair[] => sides.find(({ one }) => one.ref === ref)?.pairs ?? []
  const series = mergeSeriesPairs(pairsOf(SERIES_NOTES))
  const runs = await mergeRunPairs(repo, tips, pairsOf(RUNS_NOTES), series)
  const texts: Record<string, Map<Oid, string>> = {
    [RUNS_NOTES]: runs,
    [SERIES_NOTES]: series,
    [CARDS_NOTES]: new Map(pairsOf(CARDS_NOTES).map((pair) => [pair.target, mergeCardPair(pair)])),
    [EXPERIMENTS_NOTES]: mergeEntityPairs('experiment', pairsOf(EXPERIMENTS_NOTES)),
    [REGISTRY_NOTES]: mergeEntityPairs('registry', pairsOf(REGISTRY_NOTES)),
  }
  return {
    merged: sides.map(({ one, pairs, isComplete, changes }) => ({
      diverged: one,
      changes: changes(texts[one.ref] ?? new Map(), writer),
      same: isComplete && pairs.every(({ target, theirs }) => texts[one.ref]?.get(target) === theirs),
    })),
    refused: read.filter((side) => 'reason' in side),
  }
}

interface Sides {
  one: Diverged
  pairs: Pair[]
  /** Whether they have a note, and one that can be read, wherever we have one. */
  isComplete: boolean
  changes: (texts: ReadonlyMap<Oid, string>, writer: ObjectWriter) => PathChange[]
}

async function tryReadSides(repo: Repository, one: Diverged): Promise<Sides | RefusedNotes> {
  let sides: Sides | undefined
  const reason = await refusal(async () => {
    sides = await readSides(repo, one)
  })
  return sides ?? { diverged: one, reason: reason! }
}

async function readSides(repo: Repository, one: Diverged): Promise<Sides> {
  const { ours, theirs, base } = one
  const differences = await diffNotes(repo, ours, theirs)
  const both = differences.filter(({ before, after }) => before.length > 0 && after.length > 0)
  const onlyTheirs = differences.filter(({ before }) => before.length === 0)
  const blobs = new Blobs(repo)
  await blobs.read([
    ...both.flatMap(({ before, after }) => [...before, ...after]),
    ...onlyTheirs.flatMap(({ after }) => (after.length > 1 ? after : [])),
  ])
  const targets = both.map(({ target }) => target)
  const bases = await readNotes(repo, base, targets)
  const paths = await readNotes(repo, ours, targets)
  const readable = both.filter(({ before, after }) => blobs.canRead(after) && blobs.canRead(before))
  const pairs = readable.map(({ target, before, after }) => ({
    target,
    ours: blobs.text(before),
    theirs: blobs.text(after),
    base: bases.get(target)?.text,
    isNewer: base === ours,
  }))
  const replaced = replacements(both, blobs)
  return {
    one,
    pairs,
    isComplete:
      differences.every(({ after }) => after.length > 0) && replaced.every(({ ours: kept }) => !kept),
    changes: (merged, writer) => [
      ...onlyTheirs.map(({ target, after }) => ({
        path: notePath(target),
        blob: after.length === 1 ? after[0]! : writer.blob(blobs.text(after)),
      })),
      ...replaced.flatMap(({ target, blob, ours: kept }) => (kept ? [] : [{ path: notePath(target), blob }])),
      ...pairs.flatMap(({ target, ours: text }) =>
        replacement(writer, target, text, merged.get(target) ?? text, paths.get(target)?.paths ?? []),
      ),
    ],
  }
}

/**
 * What becomes of notes of which one is too large to be read: the other one stands, or of two the one with the
 * greater object name. What does not stand is in the history of the notes.
 */
function replacements(
  both: readonly NoteChange[],
  blobs: Blobs,
): { target: Oid; blob: Oid; ours: boolean }[] {
  return both.flatMap(({ target, before, after }) => {
    const [left, right] = [blobs.canRead(before), blobs.canRead(after)]
    if (left && right) return []
    const ours = left === right ? before[0]! > after[0]! : left
    return [{ target, blob: ours ? before[0]! : after[0]!, ours }]
  })
}

/** The texts of notes. */
class Blobs {
  readonly #repo: Repository
  readonly #texts = new Map<Oid, string>()
  readonly #tooLarge = new Set<Oid>()

  constructor(repo: Repository) {
    this.#repo = repo
  }

  async read(oids: readonly Oid[]): Promise<void> {
    const unique = [...new Set(oids)]
    for (const [index, object] of (await readObjects(this.#repo, unique)).entries()) {
      if (object?.tooLarge === true) this.#tooLarge.add(unique[index]!)
      else this.#texts.set(unique[index]!, object?.content.toString('utf8') ?? '')
    }
  }

  canRead(blobs: readonly Oid[]): boolean {
    return blobs.every((blob) => !this.#tooLarge.has(blob))
  }

  text(blobs: readonly Oid[]): string {
    return blobs.map((blob) => this.#texts.get(blob) ?? '').reduce(joinTexts)
  }
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

function mergeSeriesPairs(pairs: readonly Pair[]): Map<Oid, string> {
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
  pairs: readonly Pair[],
  mergedSeries: ReadonlyMap<Oid, string>,
): Promise<Map<Oid, string>> {
  const unmerged = pairs.map(({ target }) => target).filter((target) => !mergedSeries.has(target))
  const seriesNotes = await readNotes(repo, tips.get(SERIES_NOTES), unmerged)
  return new Map(
    pairs.map(({ target, ours, theirs, isNewer }) => {
      const [a, b] = [decodeRun(target, ours), decodeRun(target, theirs)]
      const joined = a.value && b.value ? mergeRuns(a.value, b.value) : (a.value ?? b.value)
      if (isNewer && addsTo(a, b, withoutSummaries(joined) === withoutSummaries(b.value)))
        return [target, theirs]
      const text = mergedSeries.get(target) ?? seriesNotes.get(target)?.text
      const series = text === undefined ? undefined : decodeSeries(target, text).value
      const record = joined && series ? withSummaries(joined, series) : joined
      return [target, encodeRunNote(record, [...a.others, ...b.others])]
    }),
  )
}

function addsTo(a: DecodedNote<unknown>, b: DecodedNote<unknown>, isJoin: boolean): boolean {
  return isJoin && a.others.every((text) => b.others.includes(text))
}

// They follow from the series, which are merged on their own.
function withoutSummaries(record: RunRecord | undefined): string {
  return stableJson({ ...record, metrics: undefined })
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
