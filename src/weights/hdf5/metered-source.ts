import type { ByteSource } from '../byte-source.ts'
import { Hdf5Damage } from './damage.ts'

// Reading a few bytes takes as long as so many.
const EACH_READ = 64
const LEAST = 2 ** 24
const MOST = 2 ** 30

/**
 * A file of which no more is read than what an honest one needs: in an HDF5 file any address can stand any number of
 * times, so that a few thousand bytes can name each other without end.
 */
export class MeteredSource implements ByteSource {
  readonly size: number
  readonly #source: ByteSource
  #left: number

  /** @param budget - in bytes; by default some times what the file has. */
  constructor(source: ByteSource, budget = Math.min(MOST, LEAST + 8 * source.size)) {
    this.size = source.size
    this.#source = source
    this.#left = budget
  }

  /** Reads bytes, which count. @throws Hdf5Damage where it has been too many. */
  read(offset: number, length: number): Buffer {
    const bytes = this.#source.read(offset, length)
    this.spend(bytes.length + EACH_READ)
    return bytes
  }

  /** Counts what is made of bytes that were read once. @throws Hdf5Damage where it has been too many. */
  spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw new Hdf5Damage('it names the same parts of itself too often')
  }
}
