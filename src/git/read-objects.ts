import type { Oid } from '../domain/run.ts'
import { BatchReader } from './batch-reader.ts'
import { askCatFile } from './cat-file.ts'
import type { Repository } from './repository.ts'

/** What git knows of an object. */
export interface ObjectStat {
  oid: Oid
  type: 'blob' | 'tree' | 'commit' | 'tag'
  /** In bytes. */
  size: number
}

/** An object with its content. */
export interface GitObject extends ObjectStat {
  content: Buffer
  /** Present when the object is too large to be read: `content` is empty then. */
  tooLarge?: true
}

/** The largest object that is read whole, in bytes. */
const LARGEST = 2 ** 27
/** How much is read at once, in bytes. Where there is more, the largest objects are left out. */
const MOST = 2 ** 29

/**
 * Reads objects. A name is anything that git resolves (`HEAD:path`); what does not resolve is undefined. A few
 * kilobytes in a remote can be gigabytes here: sizes are asked for first, and each object is read once.
 */
export async function readObjects(
  repo: Pick<Repository, 'root'>,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  const stats = await statObjects(repo, names)
  const contents = await readContents(repo, affordable(stats))
  return stats.map((stat) => {
    if (stat === undefined) return undefined
    const content = contents.get(stat.oid)
    return content === undefined ? { ...stat, content: EMPTY, tooLarge: true } : { ...stat, content }
  })
}

const EMPTY = Buffer.alloc(0)

// The small ones first: whoever adds what is large cannot hide the others.
function affordable(stats: readonly (ObjectStat | undefined)[]): Oid[] {
  const sizes = new Map(stats.flatMap((stat) => (stat === undefined ? [] : [[stat.oid, stat.size] as const])))
  const all = [...sizes].filter(([, size]) => size <= LARGEST)
  const total = all.reduce((sum, [, size]) => sum + size, 0)
  if (total <= MOST) return all.map(([oid]) => oid)
  let left = MOST
  return all.sort(([, a], [, b]) => a - b).flatMap(([oid, size]) => ((left -= size) < 0 ? [] : [oid]))
}

async function readContents(repo: Pick<Repository, 'root'>, oids: readonly Oid[]): Promise<Map<Oid, Buffer>> {
  const contents = new Map<Oid, Buffer>()
  if (oids.length === 0) return contents
  const reader = new BatchReader(LARGEST, (index, content) => contents.set(oids[index]!, content))
  await askCatFile(
    repo.root,
    oids.map((oid) => `contents ${oid}`),
    (chunk) => {
      reader.push(chunk)
      return reader.answered === oids.length
    },
  )
  return contents
}

/** Asks for type and size of objects. */
export async function statObjects(
  repo: Pick<Repository, 'root'>,
  names: readonly string[],
): Promise<(ObjectStat | undefined)[]> {
  if (names.length === 0) return []
  const chunks: Buffer[] = []
  let missing = names.length
  await askCatFile(repo.root, names.map(toQuestion), (chunk) => {
    chunks.push(chunk)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) missing -= 1
    return missing === 0
  })
  return Buffer.concat(chunks).toString('utf8').split('\n').slice(0, names.length).map(parseStat)
}

// A name with a newline cannot be asked for: nothing is called `-`.
function toQuestion(name: string): string {
  return `info ${name === '' || /[\n\0]/.test(name) ? '-' : name}`
}

function parseStat(line: string): ObjectStat | undefined {
  const match = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line)
  if (match === null) return undefined
  return { oid: match[1]!, type: match[2] as ObjectStat['type'], size: Number(match[3]) }
}
