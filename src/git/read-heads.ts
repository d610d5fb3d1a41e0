import { execa } from 'execa'
import type { Oid } from '../domain/run.ts'
import { gitFailure } from './git-failure.ts'
import type { Repository } from './repository.ts'

/**
 * Reads the first bytes of blobs with one `git cat-file --batch`. Memory depends on `length`, not on the blobs.
 *
 * @param length - in bytes, of each.
 */
export async function readHeads(
  repo: Repository,
  oids: readonly Oid[],
  length: number,
): Promise<Map<Oid, Buffer>> {
  const heads = new Map<Oid, Buffer>()
  if (oids.length === 0) return heads
  const process = execa('git', ['cat-file', '--batch'], {
    cwd: repo.root,
    input: oids.map((oid) => `${oid}\n`).join(''),
    encoding: 'buffer',
    buffer: false,
    reject: false,
  })
  const reader = new BatchReader(heads, length)
  for await (const chunk of process.stdout) reader.push(chunk as Buffer)
  const { exitCode } = await process
  if (exitCode !== 0) throw gitFailure(['cat-file'], exitCode, '')
  return heads
}

// The answer is "<oid> <type> <size>\n<content>\n" for each, or "<name> missing\n".
class BatchReader {
  readonly #heads: Map<Oid, Buffer>
  readonly #length: number
  #line = ''
  #oid = ''
  #kept: Buffer[] = []
  #keep = 0
  #rest = -1

  constructor(heads: Map<Oid, Buffer>, length: number) {
    this.#heads = heads
    this.#length = length
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.#rest < 0 ? this.#readLine(chunk, at) : this.#readContent(chunk, at)
  }

  #readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at)
    this.#line += chunk.toString('latin1', at, end < 0 ? undefined : end)
    if (end < 0) return chunk.length
    const [oid, type, size] = this.#line.split(' ')
    this.#line = ''
    if (type === 'missing') return end + 1
    this.#oid = oid!
    this.#rest = Number(size) + 1
    this.#keep = Math.min(Number(size), this.#length)
    this.#kept = []
    return end + 1
  }

  #readContent(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.#rest)
    if (this.#keep > 0) this.#kept.push(Buffer.from(part.subarray(0, this.#keep)))
    this.#keep -= Math.min(this.#keep, part.length)
    this.#rest -= part.length
    if (this.#rest > 0) return at + part.length
    this.#heads.set(this.#oid, Buffer.concat(this.#kept))
    this.#rest = -1
    return at + part.length
  }
}
