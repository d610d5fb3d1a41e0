import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { Script } from 'node:vm'

/*
 * A file of compiled code: a line of JSON, then the parts, each at a multiple of eight. V8 takes nothing that was made
 * by another version of it, for other flags or from a text of another length, but it does not look for damage.
 */
interface Head {
  /** Of all that follows this line. */
  checksum: number
  parts: [id: string, bytes: number][]
}

const ALIGNMENT = 8
/** Bytes between the words that the checksum looks at. */
const STRIDE = 512
const HASHED = /-[\w-]{8}\.js$/
const OLD = 90 * 24 * 60 * 60 * 1000

/** What V8 made of the files that a command loads: kept from one time to the next, and never needed. */
export class CompiledCode {
  readonly #file: string | undefined
  readonly #folder: string
  readonly #kept: ReadonlyMap<string, Buffer>
  readonly #scripts = new Map<string, Script>()
  #isNew = false

  /**
   * @param file Where it is kept; undefined where nothing is to be kept.
   * @param folder The bundle.
   */
  constructor(file: string | undefined, folder: string) {
    this.#file = file
    this.#folder = folder
    this.#kept = file === undefined ? new Map() : readParts(file)
  }

  of(id: string): Buffer | undefined {
    return this.#kept.get(id)
  }

  /** Notes what is to be kept: of files that have a hash of their text in their name, for V8 compares its length alone. */
  add(id: string, script: Script): void {
    if (!HASHED.test(id)) return
    this.#scripts.set(id, script)
    if (this.#file === undefined || this.#isNew || this.#kept.has(id)) return
    this.#isNew = true
    // In time V8 would forget what was called at the beginning alone.
    setFlag('--no-flush-bytecode')
  }

  /** Keeps what was compiled, the functions that were called included, if a file was loaded that was not kept before. */
  save(): void {
    if (this.#file === undefined || !this.#isNew) return
    // The next time has the flags of the beginning, and V8 compares them.
    setFlag('--flush-bytecode')
    // The bundle may have been built anew since.
    const kept = [...this.#kept].filter(([id]) => existsSync(path.join(this.#folder, id)))
    const parts = new Map(kept)
    for (const [id, script] of this.#scripts) parts.set(id, script.createCachedData())
    writeParts(this.#file, [...parts])
  }
}

// Loaded when it is needed, which is rare.
function setFlag(flag: string): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(flag)
}

function readParts(file: string): Map<string, Buffer> {
  try {
    const bytes = readOwn(file)
    const start = bytes.indexOf('\n') + 1
    const { checksum, parts } = JSON.parse(bytes.toString('utf8', 0, start)) as Head
    if (checksumOf(bytes.subarray(start)) !== checksum) return new Map()
    let at = start
    return new Map(
      parts.map(([id, size]) => {
        const part = bytes.subarray(at, at + size)
        at += padded(size)
        return [id, part]
      }),
    )
  } catch {
    return new Map()
  }
}

// What stands there is executed: nobody else may have written it, not even where HOME is another user's.
function readOwn(file: string): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const { uid, mode } = fstatSync(descriptor)
    const isOwn = process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o022) === 0)
    return isOwn ? readFileSync(descriptor) : Buffer.alloc(0)
  } finally {
    closeSync(descriptor)
  }
}

function writeParts(file: string, parts: readonly (readonly [id: string, bytes: Buffer])[]): void {
  const body = Buffer.concat(parts.flatMap(([, bytes]) => [bytes, padding(bytes.length)]))
  const head: Head = { checksum: checksumOf(body), parts: parts.map(([id, { length }]) => [id, length]) }
  const text = JSON.stringify(head)
  const line = Buffer.from(`${text}${' '.repeat(padded(text.length + 1) - text.length - 1)}\n`)
  const folder = path.dirname(file)
  const unfinished = `${file}.${Math.random().toString(36).slice(2)}`
  try {
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) removeOld(path.dirname(folder))
    writeFileSync(unfinished, Buffer.concat([line, body]), { flag: 'wx', mode: 0o600 })
    renameSync(unfinished, file)
  } catch {
    // A full disk, or a folder that may not be written: the next time takes as long as this one.
    remove(unfinished)
  }
}

function remove(file: string): void {
  try {
    rmSync(file)
  } catch {
    // It may not be there.
  }
}

// Folders of versions that are no longer in use.
function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const version = path.join(folder, name)
    if (Date.now() - statSync(version).mtimeMs > OLD) rmSync(version, { recursive: true, force: true })
  }
}

function padded(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT
}

function padding(size: number): Buffer {
  return Buffer.alloc(padded(size) - size)
}

// Against a file that was cut, or has zeros in place of blocks that a crash kept from the disk: a word of each 512 bytes
// finds both. Reading them all takes as long as is saved here, and so does loading zlib for its CRC-32.
function checksumOf(body: Buffer): number {
  let sum = body.length
  for (let at = 0; at < body.length; at += STRIDE) sum = (Math.imul(sum, 31) + body.readInt32LE(at)) | 0
  return sum
}
