import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { Oid } from '../domain/run.ts'
import { journalRoot } from './journal-folder.ts'
import { readLines } from './read-lines.ts'

/** A run's journal as it stands. */
export interface Journal {
  run: Oid
  folder: string
  events: JournalEvent[]
  /** Lines that are no events: torn by a crash, or damaged. */
  torn: number
  /** Bytes of whole lines that were read, by file name: what came after can be told apart. */
  sizes: Record<string, number>
  /** Why not all of it could be read: it stays as it is then. */
  unread?: Error
}

/** Lists the runs that have a journal. */
export function listJournals(commonDir: string): Oid[] {
  return tryListFolder(journalRoot(commonDir)).filter((name) => /^[0-9a-f]{40,64}$/.test(name))
}

/**
 * Reads a journal folder; one that is not there has no events. Torn and damaged lines are counted, not fatal.
 *
 * @param from - how many bytes of each file to leave out, by file name.
 */
export function readJournal(run: Oid, folder: string, from: Readonly<Record<string, number>> = {}): Journal {
  const journal: Journal = { run, folder, events: [], torn: 0, sizes: {} }
  try {
    for (const name of journalFiles(folder)) readFile(journal, name, from[name] ?? 0)
  } catch (error) {
    journal.unread = error as Error
  }
  return journal
}

// The wrapper's last: of what was logged in one millisecond, its look at the end is the later one.
function journalFiles(folder: string): string[] {
  const files = listFolder(folder).filter((file) => file.endsWith('.jsonl'))
  const isOfWrapper = (file: string): number => Number(file === 'log.jsonl')
  return files.sort((a, b) => isOfWrapper(a) - isOfWrapper(b) || (a < b ? -1 : 1))
}

// A file can be folded and moved away by another process between the listing and the reading.
function readFile(journal: Journal, name: string, from: number): void {
  journal.sizes[name] = 0
  const inOrder = orderOfFile()
  const take = (line: Buffer): void => {
    const event = parseEvent(line)
    if (event === undefined) journal.torn += 1
    else journal.events.push(inOrder(event))
  }
  try {
    const { end, rest } = readLines(path.join(journal.folder, name), from, take)
    journal.sizes[name] = end
    if (rest.length > 0) take(rest)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

// What stands below was written later, whatever the clock said; what other processes wrote comes in by time.
function orderOfFile(): (event: JournalEvent) => JournalEvent {
  let latest = -Infinity
  return (event) => {
    if (isValueAlone(event)) return event
    const isBack = event.time < latest
    latest = Math.max(latest, event.time)
    return isBack ? { ...event, notBefore: latest } : event
  }
}

// Its time can be one that was given, and is its place in the history.
function isValueAlone(event: JournalEvent): boolean {
  if (event.metrics === undefined) return false
  return Object.keys(event).every((key) => key === 'metrics' || key === 'step' || key === 'time')
}

/** Reads a line of a journal; undefined for one that is torn or damaged, or longer than any text. */
export function parseEvent(line: Buffer): JournalEvent | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    const isEvent =
      typeof value === 'object' && value !== null && typeof (value as JournalEvent).time === 'number'
    return isEvent ? (value as JournalEvent) : undefined
  } catch {
    return undefined
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}

function tryListFolder(folder: string): string[] {
  try {
    return listFolder(folder)
  } catch {
    return []
  }
}
