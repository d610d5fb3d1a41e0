import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../domain/journal-event.ts'
import { maskEvent } from '../domain/mask-words.ts'
import type { AllowSecret } from '../domain/secrets.ts'
import { eventLine, writeFailure, writeWhole } from './append-event.ts'

/**
 * Appends events of one process to a file of its own, which it keeps open: a training loop logs a hundred
 * thousand points without opening a file a hundred thousand times. Each event is one write.
 */
export class JournalWriter {
  readonly #file: string
  readonly #isAllowed: AllowSecret
  #descriptor: number | undefined

  constructor(folder: string, isAllowed: AllowSecret) {
    this.#isAllowed = isAllowed
    this.#file = path.join(folder, `process-${process.pid}.jsonl`)
  }

  /**
   * @returns the places that were masked, because they looked like credentials.
   * @throws ModelError `disk-full`, `write-failed`.
   */
  append(event: JournalEvent): string[] {
    const clean = maskEvent(event, this.#isAllowed)
    try {
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

  #open(): number {
    mkdirSync(path.dirname(this.#file), { recursive: true })
    return openSync(this.#file, 'a')
  }
}
