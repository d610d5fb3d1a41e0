import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import type { JournalEvent } from '../domain/journal-event.ts'
import { eventLine, writeFailure, writeWhole } from './append-event.ts'

/**
 * Appends events of one process to a file of its own, which it keeps open: a training loop logs a hundred
 * thousand points without opening a file a hundred thousand times. Each event is one write.
 */
export class JournalWriter {
  readonly #file: string
  #descriptor: number | undefined

  constructor(folder: string) {
    this.#file = path.join(folder, `process-${process.pid}.jsonl`)
  }

  /** @throws ModelError `disk-full`, `write-failed`. */
  append(event: JournalEvent): void {
    try {
      writeWhole((this.#descriptor ??= this.#open()), eventLine(event))
    } catch (error) {
      throw writeFailure(this.#file, error)
    }
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
