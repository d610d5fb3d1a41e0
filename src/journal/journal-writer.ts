import { closeSync, fstatSync, fsyncSync, openSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../domain/journal-event.ts'
import { maskEvent } from '../domain/mask-words.ts'
import type { AllowSecret } from '../domain/secrets.ts'
import { eventLine, writeFailure, writeWhole } from './append-event.ts'
import { makeJournalFolder } from './journal-folder.ts'

/** A look at the file costs as much as a write, so it is taken once in so many milliseconds. */
const LOOK_AGAIN = 1000

/**
 * Appends events of one process to a file of its own, which it keeps open: a training loop logs a hundred
 * thousand points without opening a file a hundred thousand times. Each event is one write.
 */
export class JournalWriter {
  readonly #file: string
  readonly #isAllowed: AllowSecret
  readonly #now: () => number
  #descriptor: number | undefined
  #looked = 0

  /** @param now - milliseconds, of any clock that does not go back. */
  constructor(folder: string, isAllowed: AllowSecret, now: () => number = () => performance.now()) {
    this.#isAllowed = isAllowed
    this.#now = now
    this.#file = path.join(folder, `process-${process.pid}.jsonl`)
  }

  /**
   * @returns the places that were masked, because they looked like credentials.
   * @throws ModelError `disk-full`, `write-failed`.
   */
  append(event: JournalEvent): string[] {
    const clean = maskEvent(event, this.#isAllowed)
    try {
      this.#letGoOfDeleted()
      writeWhole((this.#descriptor ??= this.#open()), eventLine(clean.event))
    } catch (error) {
      throw writeFailure(this.#file, error)
    }
    return clean.masked
  }

  /** Waits until the disk has everything. */
  close(): void {
    if (this.#descriptor === undefined) return
    fsyncSync(this.#descriptor)
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  // The journal of a run that ended goes away an hour after its last line. What this process logs still comes to the run,
  // through a journal of its own.
  #letGoOfDeleted(): void {
    if (this.#descriptor === undefined || this.#now() - this.#looked < LOOK_AGAIN) return
    this.#looked = this.#now()
    if (fstatSync(this.#descriptor).nlink > 0) return
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #open(): number {
    makeJournalFolder(path.dirname(this.#file))
    return openSync(this.#file, 'a')
  }
}
