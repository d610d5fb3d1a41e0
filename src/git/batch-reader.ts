/** Gets the position of an object among those asked for, its first bytes, and how many it has. */
export type ObjectVisitor = (index: number, content: Buffer, size: number, line: string) => void

// The answer is "<oid> <type> <size>\n<content>\n" for each. All else is a line and no object: "<name> missing",
// "<name> ambiguous", "<oid> submodule"; and a name, as of a path in a commit, may have blanks.
const OBJECT = /^[0-9a-f]{40,64} [a-z]+ (\d+)$/

/** Reads what `git cat-file` answers when it is asked for the contents of objects. */
export class BatchReader {
  readonly #most: number
  readonly #visit: ObjectVisitor
  #index = -1
  #line = ''
  #size = 0
  #kept: Buffer[] = []
  #keep = 0
  #rest = -1

  /** @param most - how many bytes of each object are kept, from its beginning. */
  constructor(most: number, visit: ObjectVisitor) {
    this.#most = most
    this.#visit = visit
  }

  /** How many answers are complete. */
  get answered(): number {
    return this.#rest < 0 ? this.#index + 1 : this.#index
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.#rest < 0 ? this.#readLine(chunk, at) : this.#readContent(chunk, at)
  }

  #readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at)
    const part = chunk.toString('latin1', at, end < 0 ? undefined : end)
    this.#line = this.#line === '' ? part : this.#line + part
    if (end < 0) return chunk.length
    const size = OBJECT.exec(this.#line)?.[1]
    this.#index += 1
    if (size === undefined) {
      this.#line = ''
      return end + 1
    }
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
    if (!isWhole && kept.length > 0) this.#kept.push(Buffer.from(kept))
    if (!isWhole) return at + part.length
    const content = this.#kept.length === 0 ? kept : Buffer.concat([...this.#kept, kept])
    const line = this.#line
    this.#line = ''
    this.#rest = -1
    this.#kept = []
    this.#visit(this.#index, content, this.#size, line)
    return at + part.length
  }
}
