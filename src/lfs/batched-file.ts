import type { FileHandle } from 'node:fs/promises'

/** How much is written at once, and after how much the disk is told to begin, in bytes. */
const BATCH = 1 << 20
const SYNC_EVERY = 1 << 26

/**
 * A file that is written while the next bytes come: in batches, since a stream has its bytes in small pieces, one of them
 * on its way at a time. The disk takes what is there meanwhile, so that waiting for it at the end is short.
 */
export class BatchedFile {
  readonly #file: FileHandle
  #batch: Buffer[] = []
  #length = 0
  #unsynced = 0
  #writing: Promise<unknown> = Promise.resolve()
  #syncing: Promise<void> | undefined
  #failure: unknown

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Takes bytes, which may not change any more. Waits where the disk is slower than they come. */
  async write(bytes: Buffer): Promise<void> {
    this.#batch.push(bytes)
    this.#length += bytes.length
    if (this.#length >= BATCH) await this.#flush()
  }

  /** Waits until the disk has everything. @throws the system's error. */
  async sync(): Promise<void> {
    await this.#flush()
    await this.#writing
    await this.#syncing
    if (this.#failure !== undefined) throw this.#failure
    await this.#file.sync()
  }

  /** Closes the file, once nothing is on its way any more. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing])
    await this.#file.close()
  }

  // What was written before is waited for: it fails here, where somebody hears of it.
  async #flush(): Promise<void> {
    const [batch, length] = [this.#batch, this.#length]
    this.#batch = []
    this.#length = 0
    await this.#writing
    this.#writing = writeAll(this.#file, batch, length)
    this.#writing.catch(() => undefined)
    this.#unsynced += length
    if (this.#unsynced < SYNC_EVERY || this.#syncing !== undefined) return
    this.#unsynced = 0
    this.#syncing = this.#syncData()
  }

  // The system tells of a failure once, and not again when everything is waited for.
  async #syncData(): Promise<void> {
    try {
      await this.#file.datasync()
    } catch (error) {
      this.#failure = error
    }
    this.#syncing = undefined
  }
}

async function writeAll(file: FileHandle, batch: readonly Buffer[], length: number): Promise<void> {
  if (length === 0) return
  const { bytesWritten } = await file.writev(batch)
  if (bytesWritten === length) return
  // The rest in one piece: a disk that is full says so now.
  await file.writeFile(Buffer.concat(batch).subarray(bytesWritten))
}
