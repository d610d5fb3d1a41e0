import type { Oid } from '../domain/run.ts'
import { diffNotes, joinTexts, notePath, statNotesOf, type NoteBlob } from '../git/notes.ts'
import type { ObjectName, ObjectWriter, PathChange } from '../git/object-writer.ts'
import { readObjects } from '../git/read-objects.ts'
import { CARDS_NOTES, SERIES_NOTES, type SharedRef } from '../git/refs.ts'
import type { Repository } from '../git/repository.ts'
import { refusal } from './refused-refs.ts'

/** A ref that moved on both sides. */
export interface Diverged {
  ref: SharedRef
  ours: Oid
  theirs: Oid
  base: Oid | undefined
}

/** A ref of which the other side cannot be read. */
export interface RefusedNotes {
  diverged: Diverged
  reason: string
}

/** A note that both sides have, with different content. */
export interface Pair {
  ref: SharedRef
  target: Oid
  /** Its blobs on each side: several where trees of different fan-out were mixed. */
  ours: readonly NoteBlob[]
  theirs: readonly NoteBlob[]
  base: readonly NoteBlob[]
  /** Whether the other side was made from ours: what adds to ours is taken as it stands. */
  isNewer: boolean
}

/** How two sides of a ref differ. */
export interface Sides {
  one: Diverged
  pairs: Pair[]
  /** The notes that only they have. */
  additions: PathChange[]
  /** Whether we have a note where they have none. */
  lacksOurs: boolean
}

/**
 * Finds where two sides of a ref differ, and reads nothing but what must be joined before it can be compared.
 *
 * @returns the reason, where what the remote has cannot be read.
 */
export async function compareNotes(
  repo: Repository,
  one: Diverged,
  writer: ObjectWriter,
): Promise<Sides | RefusedNotes> {
  let sides: Sides | undefined
  const reason = await refusal(async () => {
    sides = await compareSides(repo, one, writer)
  })
  return sides ?? { diverged: one, reason: reason! }
}

async function compareSides(repo: Repository, one: Diverged, writer: ObjectWriter): Promise<Sides> {
  const { ref, ours, theirs, base } = one
  const differences = await diffNotes(repo, ours, theirs)
  // A tree of mixed fan-out can hold the rest of a note where both sides are the same.
  const unclear = differences.filter(
    ({ before, after, target, paths }) =>
      after.length > 0 && (before.length > 0 || paths.join() !== notePath(target)),
  )
  const tips = [ours, theirs, ref === CARDS_NOTES ? base : undefined]
  const [left, right, old] = await statNotesOf(repo, tips, unclear)
  const found = unclear.map(({ target }) => ({
    ref,
    target,
    ours: left!.get(target) ?? [],
    theirs: right!.get(target) ?? [],
    base: old!.get(target) ?? [],
    isNewer: base === ours,
  }))
  const known = new Set(unclear.map(({ target }) => target))
  const additions: PathChange[] = []
  for (const { target, after } of differences)
    if (after.length > 0 && !known.has(target)) additions.push({ path: notePath(target), blob: after[0]! })
  for (const { target, ours: mine, theirs: blobs } of found)
    if (mine.length === 0)
      additions.push({ path: notePath(target), blob: await joinedBlob(repo, writer, blobs) })
  return {
    one,
    pairs: found.filter((pair) => pair.ours.length > 0),
    additions,
    lacksOurs: differences.some(({ after }) => after.length === 0),
  }
}

async function joinedBlob(
  repo: Repository,
  writer: ObjectWriter,
  blobs: readonly NoteBlob[],
): Promise<ObjectName> {
  return blobs.length === 1 ? blobs[0]!.oid : writer.blob((await readTexts(repo, [blobs]))[0]!)
}

/** Says what to change so that a note is this blob, and stands where notes stand. */
export function placeOf({ target, ours }: Pair, blob: ObjectName): PathChange[] {
  if (isAlone(ours, blob)) return []
  const stale = ours.filter(({ path }) => path !== notePath(target))
  return [...stale.map(({ path }) => ({ path, delete: true as const })), { path: notePath(target), blob }]
}

/** Tells whether a note is this blob and nothing else. */
export function isAlone(blobs: readonly NoteBlob[], name: ObjectName): boolean {
  return blobs.length === 1 && blobs[0]!.oid === name
}

/** The largest note that is read to be merged, in bytes: no larger document is read anywhere. */
const LARGEST = 2 ** 24
const LARGEST_SERIES = 2 ** 26
/** How much is merged at once, in bytes. */
const PORTION = 2 ** 25

/**
 * Returns what becomes of a note of which one side is too large to be read: the other one stands, or of two the one with
 * the greater object name. What does not stand is in the history of the notes.
 */
export function fittingBlob({ ref, ours, theirs }: Pair): Oid | undefined {
  const [left, right] = [ours, theirs].map((blobs) => sizeOf(blobs) <= largestOf(ref))
  if (left === true && right === true) return undefined
  const [mine, other] = [ours[0]!.oid, theirs[0]!.oid]
  return (left === right ? mine > other : left) ? mine : other
}

function largestOf(ref: SharedRef): number {
  return ref === SERIES_NOTES ? LARGEST_SERIES : LARGEST
}

function sizeOf(blobs: readonly NoteBlob[]): number {
  return blobs.reduce((sum, { size }) => sum + size, 0)
}

/**
 * Divides pairs into portions that are read and merged one after the other. The record of a run and its series stay
 * together: the one sums up the other.
 */
export function portionsOf(pairs: readonly Pair[]): Pair[][] {
  const sorted = pairs.toSorted((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : 0))
  const portions: Pair[][] = []
  let size = PORTION
  for (const [index, pair] of sorted.entries()) {
    if (size >= PORTION && pair.target !== sorted[index - 1]?.target) {
      portions.push([])
      size = 0
    }
    portions.at(-1)!.push(pair)
    size += sizeOf(pair.ours) + sizeOf(pair.theirs) + sizeOf(pair.base)
  }
  return portions
}

/** Reads notes, each of which is one blob or several. */
export async function readTexts(
  repo: Repository,
  notes: readonly (readonly NoteBlob[])[],
): Promise<string[]> {
  const oids = [...new Set(notes.flatMap((blobs) => blobs.map(({ oid }) => oid)))]
  const objects = await readObjects(repo, oids)
  const texts = new Map(oids.map((oid, index) => [oid, objects[index]?.content.toString('utf8') ?? '']))
  return notes.map((blobs) =>
    blobs.length === 0 ? '' : blobs.map(({ oid }) => texts.get(oid)!).reduce(joinTexts),
  )
}
