import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../domain/journal-event.ts'
import type { AllowSecret } from '../domain/secrets.ts'
import { writeEvents } from './append-event.ts'
import { parseEvent } from './read-journal.ts'
import { readLines } from './read-lines.ts'

/**
 * Reads what was added to a run's journal since it was read last, whichever process added it. A line that is still
 * being written is left for the next time.
 */
export class JournalFollower {
  readonly #folder: string
  readonly #read = new Map<string, number>()
  #isThere = false

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Whether there was a journal when it was read last. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** Returns the events that are new, in the order of each file. */
  next(): JournalEvent[] {
    const events: JournalEvent[] = []
    const files = listFiles(this.#folder)
    this.#isThere = files.length > 0
    for (const name of files) this.#readFile(path.join(this.#folder, name), events)
    return events
  }

  /**
   * Appends events. What this process has just written is not read again, unless others wrote as well. As `appendEvents`.
   *
   * @returns the events that are new, these among them; and which places were masked.
   */
  append(
    events: readonly JournalEvent[],
    durable: boolean,
    isAllowed: AllowSecret,
  ): { events: readonly JournalEvent[]; masked: string[] } {
    const written = writeEvents(this.#folder, events, durable, isAllowed)
    const { masked, file, inode, added, size } = written
    const key = `${file}:${inode}`
    if ((this.#read.get(key) ?? 0) + added !== size) return { events: this.next(), masked }
    this.#read.set(key, size)
    this.#isThere = true
    return { events: written.events, masked }
  }

  #readFile(file: string, events: JournalEvent[]): void {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat === undefined) return
    // A folded journal is moved away, and another of the same name may follow: the inode tells them apart.
    const key = `${file}:${stat.ino}`
    const from = this.#read.get(key) ?? 0
    if (stat.size <= from) return
    const end = tryReadLines(file, from, (line) => {
      const event = parseEvent(line)
      if (event !== undefined) events.push(event)
    })
    this.#read.set(key, end)
  }
}

// It can be moved away at any moment: what was read until then counts.
function tryReadLines(file: string, from: number, take: (line: Buffer) => void): number {
  try {
    return readLines(file, from, take).end
  } catch {
    return from
  }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
  } catch {
    return []
  }
}
