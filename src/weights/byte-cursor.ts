import type { ByteSource } from './byte-source.ts'

const CHUNK = 2 ** 16

/** Reads a source from one place onwards, in chunks, so that many small reads cost few large ones. */
export class ByteCursor {
  /** The place of the next byte. */
  at: number
  readonly #source: ByteSource
  readonly #fail: (why: string, isTooMuch?: boolean) => Error
  #chunk: Buffer = Buffer.alloc(0)
  #chunkAt = 0

  /** @param fail - makes the error that is thrown where the source ends too early, or holds too much. */
  constructor(source: ByteSource, at: number, fail: (why: string, isTooMuch?: boolean) => Error) {
    this.#source = source
    this.#fail = fail
    this.at = at
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#source.size - this.at
  }

  /** Returns the next bytes; they are valid until the next call. */
  take(length: number): Buffer {
    if (length > this.left) throw this.#fail(`it ends inside itself, at byte ${this.#source.size}`)
    const from = this.at - this.#chunkAt
    this.at += length
    if (from >= 0 && from + length <= this.#chunk.length) return this.#chunk.subarray(from, from + length)
    this.#chunkAt = this.at - length
    this.#chunk = this.#source.read(this.#chunkAt, Math.max(length, CHUNK))
    if (this.#chunk.length < length) throw this.#fail('it ends inside itself')
    return this.#chunk.subarray(0, length)
  }

  /** Passes over bytes without reading them. */
  skip(length: number): void {
    if (length > this.left) throw this.#fail(`it ends inside itself, at byte ${this.#source.size}`)
    this.at += length
  }

  /**
   * Returns the text up to the next newline, as Latin-1, and passes over both.
   *
   * @param isTooMuch - whether a longer one is in order, and only more than is read.
   */
  line(longest: number, isTooMuch = false): string {
    let text = ''
    for (;;) {
      if (this.u8() === 0x0a) return text
      const from = this.at - 1 - this.#chunkAt
      const newline = this.#chunk.indexOf(0x0a, from)
      const part = this.#chunk.subarray(from, newline < 0 ? this.#chunk.length : newline)
      if (text.length + part.length > longest)
        throw this.#fail(`a line at byte ${this.at} is too long`, isTooMuch)
      text += part.toString('latin1')
      this.at += part.length - 1
    }
  }

  u8(): number {
    const byte = this.#chunk[this.at - this.#chunkAt]
    if (byte === undefined) return this.take(1)[0]!
    this.at += 1
    return byte
  }

  u16(): number {
    return this.take(2).readUInt16LE(0)
  }

  u32(): number {
    return this.take(4).readUInt32LE(0)
  }

  i32(): number {
    return this.take(4).readInt32LE(0)
  }

  /** An unsigned number of 64 bits, which has to be one that can be counted with. */
  u64(): number {
    const value = this.take(8).readBigUInt64LE(0)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#fail(`the number ${value} is too large`)
    return Number(value)
  }
}
