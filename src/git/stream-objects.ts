import { spawn } from 'node:child_process'
import type { Oid } from '../domain/run.ts'
import { gitFailure } from './git-failure.ts'
import type { Repository } from './repository.ts'
import { ended } from './run-git.ts'

/**
 * Reads objects with one `git cat-file --batch`, one after the other: memory does not depend on how many they are.
 *
 * @param most - how many bytes of each are read, from its beginning.
 * @param visit - gets the position in `oids`, the first bytes, and how many the object has. What is not there is not
 *   visited. The bytes are valid until it returns.
 */
export async function streamObjects(
  repo: Repository,
  oids: readonly Oid[],
  most: number,
  visit: (index: number, content: Buffer, size: number) => void,
): Promise<void> {
  if (oids.length === 0) return
  const args = ['cat-file', '--batch']
  const child = spawn('git', args, {
    cwd: repo.root,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  })
  const end = ended(child)
  child.stdin.on('error', () => undefined).end(oids.map((oid) => `${oid}\n`).join(''))
  const reader = new BatchReader(most, visit)
  for await (const chunk of child.stdout) reader.push(chunk as Buffer)
  const { exitCode, systemCode } = await end
  if (exitCode !== 0) throw gitFailure(args, exitCode, '', systemCode)
}

// The answer is "<oid> <type> <size>\n<content>\n" for each. All else is a line and no object: "<name> missing",
// "<name> ambiguous", "<oid> submodule"; and a name, as of a path in a commit, may have blanks.
const OBJECT = /^[0-9a-f]{40,64} [a-z]+ (\d+)$/

class BatchReader {
  readonly #most: number
  readonly #visit: (index: number, content: Buffer, size: number) => void
  #index = -1
  #line = ''
  #size = 0
  #kept: Buffer[] = []
  #keep = 0
  #rest = -1

  constructor(most: number, visit: (index: number, content: Buffer, size: number) => void) {
    this.#most = most
    this.#visit = visit
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.#rest < 0 ? this.#readLine(chunk, at) : this.#readContent(chunk, at)
  }

  #readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at)
    this.#line += chunk.toString('latin1', at, end < 0 ? undefined : end)
    if (end < 0) return chunk.length
    const size = OBJECT.exec(this.#line)?.[1]
    this.#line = ''
    this.#index += 1
    if (size === undefined) return end + 1
    this.#size = Number(size)
    this.#rest = this.#size + 1
    this.#keep = Math.min(this.#size, this.#most)
    this.#kept = []
    return end + 1
  }

  // A content that came in one piece is not copied.
  #readContent(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.#rest)
    const isWhole = part.length === this.#rest
    const kept = part.subarray(0, this.#keep)
    this.#keep -= kept.length
    this.#rest -= part.length
    if (isWhole && this.#kept.length === 0) this.#visit(this.#index, kept, this.#size)
    else {
      if (kept.length > 0) this.#kept.push(Buffer.from(kept))
      if (isWhole) this.#visit(this.#index, Buffer.concat(this.#kept), this.#size)
    }
    if (isWhole) this.#rest = -1
    return at + part.length
  }
}
