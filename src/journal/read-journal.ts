import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { Oid } from '../domain/run.ts'
import { journalRoot } from './journal-folder.ts'

/** A run's journal as it stands. */
export interface Journal {
  run: Oid
  folder: string
  events: JournalEvent[]
  /** Lines that are no events: torn by a crash, or damaged. */
  torn: number
  /** Bytes of whole lines that were read, by file name: what came after can be told apart. */
  sizes: Record<string, number>
}

/** Lists the runs that have a journal. */
export function listJournals(commonDir: string): Oid[] {
  return readFolder(journalRoot(commonDir)).filter((name) => /^[0-9a-f]{40,64}$/.test(name))
}

/**
 * Reads a journal folder; one that is not there has no events. Torn and damaged lines are counted, not fatal.
 *
 * @param from - how many bytes of each file to leave out, by file name.
 */
export function readJournal(run: Oid, folder: string, from: Readonly<Record<string, number>> = {}): Journal {
  const journal: Journal = { run, folder, events: [], torn: 0, sizes: {} }
  for (const name of journalFiles(folder)) {
    const bytes = readFile(path.join(folder, name))
    journal.sizes[name] = bytes.lastIndexOf(10) + 1
    for (const line of bytes.toString('utf8', from[name] ?? 0).split('\n')) {
      if (line === '') continue
      const event = parseEvent(line)
      if (event === undefined) journal.torn += 1
      else journal.events.push(event)
    }
  }
  return journal
}

// The wrapper's last: of what was logged in one millisecond, its look at the end is the later one.
function journalFiles(folder: string): string[] {
  const files = readFolder(folder).filter((file) => file.endsWith('.jsonl'))
  const isOfWrapper = (file: string): number => Number(file === 'log.jsonl')
  return files.sort((a, b) => isOfWrapper(a) - isOfWrapper(b) || (a < b ? -1 : 1))
}

/** Reads a line of a journal; undefined for one that is torn or damaged. */
export function parseEvent(line: string): JournalEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isEvent =
      typeof value === 'object' && value !== null && typeof (value as JournalEvent).time === 'number'
    return isEvent ? (value as JournalEvent) : undefined
  } catch {
    return undefined
  }
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

// A file can be folded and moved away by another process between the listing and the reading.
function readFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch {
    return Buffer.alloc(0)
  }
}
