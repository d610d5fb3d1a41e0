import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { ModelError } from '../../domain/errors.ts'

/** Files that are opened once and read and written at any place. */
export class OpenFiles {
  readonly #descriptors = new Map<string, number>()

  /**
   * Fills a buffer with a file's bytes from an offset.
   *
   * @throws ModelError `weights-invalid` where the file ends before, because somebody changes it meanwhile.
   */
  read(file: string, offset: number, into: Uint8Array): void {
    const descriptor = this.#open(file, 'r')
    let done = 0
    while (done < into.length) {
      const count = readSync(descriptor, into, done, into.length - done, offset + done)
      if (count === 0) throw changedMeanwhile(file)
      done += count
    }
  }

  /** Writes bytes into a file that is there, at an offset. */
  write(file: string, offset: number, bytes: Uint8Array): void {
    const descriptor = this.#open(file, 'r+')
    let done = 0
    while (done < bytes.length) {
      done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done)
    }
  }

  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor)
    this.#descriptors.clear()
  }

  #open(file: string, flags: 'r' | 'r+'): number {
    const key = `${flags} ${file}`
    const known = this.#descriptors.get(key)
    if (known !== undefined) return known
    const descriptor = openSync(file, flags)
    this.#descriptors.set(key, descriptor)
    return descriptor
  }
}

/** The error for a file that is not what it was when it was looked at first. */
export function changedMeanwhile(file: string): ModelError {
  return new ModelError('weights-invalid', `"${file}" changed while it was read`, {
    hints: ['wait until it is written completely, then try again'],
    data: { path: file },
  })
}
