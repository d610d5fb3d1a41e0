import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'

/** Which tables an index has, and of which notes commit they speak. */
export interface Manifest {
  /** Another one for each manifest that was written. */
  id: string
  /** The notes commit. Nothing is known of any other. */
  tip: string
  tables: {
    /** The file's name. */
    file: string
    rows: number
    /** Rows that count no more. */
    dead: number[]
  }[]
}

/** Another number makes every earlier index an old one, which is built anew. */
export const INDEX_FORMAT = 4
const NAME = 'manifest'
const TABLE = /^[0-9a-f]{32}\.table$/
/** How long a file that nothing names is left alone, in ms: somebody may be about to name it. */
const GRACE = 60_000

/** Reads the manifest of an index; undefined where there is none, or one that is damaged or of another format. */
export function readManifest(folder: string): Manifest | undefined {
  const text = readText(path.join(folder, NAME))
  const end = text.lastIndexOf('\n', text.length - 2)
  if (end < 0 || text.slice(end + 1) !== `${crc32(text.slice(0, end))}\n`) return undefined
  const { format, ...manifest } = JSON.parse(text.slice(0, end)) as Manifest & { format: number }
  return format === INDEX_FORMAT ? manifest : undefined
}

/** Puts a manifest in the place of the last one, and deletes tables that it does not name. */
export function writeManifest(folder: string, manifest: Omit<Manifest, 'id'>): void {
  const id = randomName(16)
  const text = JSON.stringify({ format: INDEX_FORMAT, id, ...manifest })
  const file = path.join(folder, `${NAME}-${id}.new`)
  writeFileSync(file, `${text}\n${crc32(text)}\n`, { flag: 'wx' })
  try {
    renameSync(file, path.join(folder, NAME))
  } catch (error) {
    rmSync(file, { force: true })
    throw error
  }
  clearFolder(folder, new Set(manifest.tables.map((table) => table.file)))
}

/** Makes a name for a new table, with its folder. */
export function newTableName(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return `${randomName(16)}.table`
}

/** Returns the path of a table. */
export function tablePath(folder: string, name: string): string {
  return path.join(folder, TABLE.test(name) ? name : 'no-table')
}

function clearFolder(folder: string, named: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    const isOurs = TABLE.test(name) || name.endsWith('.new')
    const file = path.join(folder, name)
    if (!isOurs || named.has(name)) continue
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    // Another process may delete it first, or have it open where that forbids it.
    if (age > GRACE) tryRemove(file)
  }
}

function tryRemove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // It is tried again next time.
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

// Loaded when it is needed: most commands only read.
function randomName(bytes: number): string {
  return process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex')
}
