import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { ModelError } from '../domain/errors.ts'
import type { JournalEvent } from '../domain/journal-event.ts'
import { maskEvent } from '../domain/mask-words.ts'
import type { AllowSecret } from '../domain/secrets.ts'
import { makeJournalFolder } from './journal-folder.ts'

/**
 * Appends an event to a journal with one write, which other processes that append to the same file cannot
 * interleave with. When it returns, the event survives the end of this process.
 *
 * @param folder - the run's journal folder; made where it is missing.
 * @param durable - wait until the disk has it, so that it survives a power cut too.
 * @param isAllowed - what may be written although it looks like a credential.
 * @returns the places that were masked, because they looked like credentials: see `maskWords`.
 * @throws ModelError `disk-full`, `write-failed`.
 */
export function appendEvent(
  folder: string,
  event: JournalEvent,
  durable = false,
  isAllowed?: AllowSecret,
): string[] {
  return appendEvents(folder, [event], durable, isAllowed)
}

/** Appends several events with one write. As {@link appendEvent}. */
export function appendEvents(
  folder: string,
  events: readonly JournalEvent[],
  durable = false,
  isAllowed?: AllowSecret,
): string[] {
  return writeEvents(folder, events, durable, isAllowed).masked
}

/** What stands in a journal after an append. */
export interface Appended {
  /** The events as they were written: masked. */
  readonly events: readonly JournalEvent[]
  readonly masked: string[]
  readonly file: string
  readonly inode: number
  /** How many bytes were added, and how many the file has then, whoever added them. */
  readonly added: number
  readonly size: number
}

/** Appends events as {@link appendEvents} does, and tells where they stand. */
export function writeEvents(
  folder: string,
  events: readonly JournalEvent[],
  durable: boolean,
  isAllowed?: AllowSecret,
): Appended {
  const clean = events.map((event) => maskEvent(event, isAllowed))
  const file = path.join(folder, 'log.jsonl')
  try {
    const descriptor = openToAppend(folder, file)
    try {
      const added = writeWhole(descriptor, clean.map(({ event }) => eventLine(event)).join(''))
      if (durable) fsyncSync(descriptor)
      const { ino: inode, size } = fstatSync(descriptor)
      const masked = [...new Set(clean.flatMap((each) => each.masked))]
      return { events: clean.map(({ event }) => event), masked, file, inode, added, size }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw writeFailure(file, error)
  }
}

// The folder is there but for the first event.
function openToAppend(folder: string, file: string): number {
  try {
    return openSync(file, 'a')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    makeJournalFolder(folder)
    return openSync(file, 'a')
  }
}

/**
 * The text of an event. It begins with a newline too, so that a line which a crash or a full disk tore
 * cannot swallow the one after it.
 */
export function eventLine(event: JournalEvent): string {
  return `\n${JSON.stringify(event)}\n`
}

/** Writes a text to a descriptor. @returns its bytes. @throws the system's error; a short write is an error too. */
export function writeWhole(descriptor: number, text: string): number {
  const bytes = Buffer.from(text)
  const written = writeSync(descriptor, bytes)
  if (written === bytes.length) return written
  throw Object.assign(new Error(`wrote ${written} of ${bytes.length} bytes`), { code: 'ENOSPC' })
}

/** Turns a failed write into an error with a code. */
export function writeFailure(file: string, error: unknown): ModelError {
  const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
  if (full) {
    return new ModelError('disk-full', 'the disk is full; what was logged before is kept', {
      hints: ['free some space; the run can go on, or: git model doctor --fix'],
      data: { file },
      cause: error,
    })
  }
  return new ModelError('write-failed', `cannot write "${file}": ${(error as Error).message}`, {
    hints: ['make the folder writable, then: git model doctor --fix'],
    data: { file },
    cause: error,
  })
}
