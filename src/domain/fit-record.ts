import type { OutputFile, RunRecord } from './run.ts'

const MIB = 1024 * 1024
/** What the parts of a record may take of its note, in bytes. Two of them joined are below what is read, 16 MiB. */
const ROOM = { metrics: 5 * MIB, files: 4 * MIB }
/** What a summary and a file take beside the name, in bytes; the longest number has 24 digits. */
const [SUMMARY, FILE] = [170, 130]
/** What the names of a metric can take at most. */
const SURELY_FITS = 4000
/** What `schemas/run-v1.json` allows of one text. */
export const LONGEST_TEXT = 1_000_000

/**
 * Returns the record with as many metrics as a note has room for, in the order of their names; the steps have all. What is
 * left is the same in whatever order records are joined: where the room ends depends on the names alone, and the name
 * at which it ends is kept too.
 */
export function fitMetrics(record: RunRecord): RunRecord {
  const names = Object.keys(record.metrics ?? {})
  if (names.length < SURELY_FITS) return record
  let room = ROOM.metrics
  const kept = names.sort().filter((name) => {
    const isKept = room > 0
    room -= lengthOf(name) + SUMMARY
    return isKept
  })
  if (kept.length === names.length) return record
  const metrics = Object.fromEntries(kept.map((name) => [name, record.metrics![name]!]))
  return withPartial({ ...record, metrics }, ['metrics'])
}

/** Returns which of the files that are added a record has room for, in the order of their paths. */
export function fittingFiles(known: readonly OutputFile[], added: readonly OutputFile[]): OutputFile[] {
  const costOf = ({ path }: OutputFile): number => lengthOf(path) + FILE
  let room = ROOM.files - known.reduce((sum, file) => sum + costOf(file), 0)
  if (added.reduce((sum, file) => sum + costOf(file), 0) <= room) return [...added]
  return added.toSorted((a, b) => (a.path < b.path ? -1 : 1)).filter((file) => (room -= costOf(file)) >= 0)
}

/** Returns the record with a note of what it has no room for. */
export function withPartial(record: RunRecord, parts: readonly string[]): RunRecord {
  const known = record.partial ?? []
  if (parts.every((part) => known.includes(part))) return record
  return { ...record, partial: [...new Set([...known, ...parts])].sort() }
}

/**
 * Returns the record with no text of params, tags, notes, environment and command longer than a limit; what is cut says so.
 */
export function cutTexts(record: RunRecord, limit: number): RunRecord {
  const { params, tags, environment, notes, command } = record
  return {
    ...record,
    ...(params !== undefined && { params: cutMembers(params, limit) }),
    ...(tags !== undefined && { tags: cutMembers(tags, limit) }),
    ...(environment !== undefined && { environment: cutMembers(environment, limit) }),
    ...(notes !== undefined && { notes: cut(notes, limit) }),
    ...(command !== undefined && { command: command.map((word) => cut(word, limit)) }),
  }
}

function cutMembers<T>(members: Readonly<Record<string, T>>, limit: number): Record<string, T> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name,
      typeof value === 'string' ? (cut(value, limit) as T) : value,
    ]),
  )
}

const MARK = '… (cut here)'

function cut(text: string, limit: number): string {
  // A letter outside the basic plane is two units, of which none may stand alone.
  return text.length <= limit
    ? text
    : `${text.slice(0, limit - MARK.length).replace(/[\ud800-\udbff]$/, '')}${MARK}`
}

// In UTF-8 no unit of UTF-16 takes more than three bytes.
function lengthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : 3 * text.length
}
