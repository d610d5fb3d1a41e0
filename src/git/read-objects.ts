import { execa } from 'execa'
import type { Oid } from '../domain/run.ts'
import { gitFailure } from './git-failure.ts'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

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
 * Reads objects with one `git cat-file`. A name is anything that git resolves (`HEAD:path`); what does not resolve is
 * undefined. A few kilobytes in a remote can be gigabytes here: sizes are asked for first, and each object is read once.
 */
export async function readObjects(
  repo: Repository,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  if (names.length === 0) return []
  const session = new CatFile(repo)
  const stats = (await session.ask(toInput(names, 'info '), names.length)).map(parseStat)
  const wanted = affordable(stats)
  const contents = parseContents(await session.end(toInput([...wanted], 'contents ')))
  return stats.map((stat) => {
    if (stat === undefined) return undefined
    const content = contents.get(stat.oid)
    return content === undefined ? { ...stat, content: EMPTY, tooLarge: true } : { ...stat, content }
  })
}

const EMPTY = Buffer.alloc(0)

// The small ones first: whoever adds what is large cannot hide the others.
function affordable(stats: readonly (ObjectStat | undefined)[]): Set<Oid> {
  const sizes = new Map(stats.flatMap((stat) => (stat === undefined ? [] : [[stat.oid, stat.size] as const])))
  const all = [...sizes].filter(([, size]) => size <= LARGEST)
  const total = all.reduce((sum, [, size]) => sum + size, 0)
  if (total <= MOST) return new Set(all.map(([oid]) => oid))
  let left = MOST
  return new Set(
    all.sort(([, a], [, b]) => a - b).flatMap(([oid, size]) => ((left -= size) < 0 ? [] : [oid])),
  )
}

function parseContents(answer: Buffer): Map<Oid, Buffer> {
  const contents = new Map<Oid, Buffer>()
  for (let at = 0; at < answer.length;) {
    const end = answer.indexOf(10, at)
    const stat = parseStat(answer.toString('utf8', at, end))
    at = end + 1
    if (stat === undefined) continue
    contents.set(stat.oid, answer.subarray(at, at + stat.size))
    at += stat.size + 1
  }
  return contents
}

/** A `git cat-file` that is asked twice. */
class CatFile {
  readonly #process
  readonly #chunks: AsyncIterator<Buffer>

  constructor(repo: Repository) {
    this.#process = execa('git', ['cat-file', '--batch-command'], {
      cwd: repo.root,
      env: { LC_ALL: 'C' },
      encoding: 'buffer',
      buffer: { stdout: false },
      reject: false,
      stripFinalNewline: false,
    })
    this.#process.stdin.on('error', () => {})
    this.#chunks = this.#process.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** Asks what is answered with so many lines. */
  async ask(input: string, lines: number): Promise<string[]> {
    this.#process.stdin.write(input)
    const chunks: Buffer[] = []
    for (let missing = lines; missing > 0;) {
      const { done, value } = await this.#chunks.next()
      if (done === true) await this.#fail()
      chunks.push(value)
      for (let at = value.indexOf(10); at >= 0; at = value.indexOf(10, at + 1)) missing -= 1
    }
    return Buffer.concat(chunks).toString('utf8').split('\n').slice(0, lines)
  }

  /** Asks for the last time, and returns all that is answered. */
  async end(input: string): Promise<Buffer> {
    this.#process.stdin.end(input)
    const chunks: Buffer[] = []
    for (let next = await this.#chunks.next(); next.done !== true; next = await this.#chunks.next())
      chunks.push(next.value)
    if ((await this.#process).exitCode !== 0) await this.#fail()
    return Buffer.concat(chunks)
  }

  async #fail(): Promise<never> {
    const { exitCode, stderr, code } = await this.#process
    throw gitFailure(['cat-file'], exitCode, Buffer.from(stderr ?? []).toString('utf8'), code)
  }
}

/** Asks for type and size of objects with one `git cat-file --batch-check`. */
export async function statObjects(
  repo: Repository,
  names: readonly string[],
): Promise<(ObjectStat | undefined)[]> {
  if (names.length === 0) return []
  const { stdout } = await git(repo, ['cat-file', '--batch-check'], { input: toInput(names, '') })
  return stdout.trimEnd().split('\n').map(parseStat)
}

// A name with a newline cannot be asked for: nothing is called `-`.
function toInput(names: readonly string[], verb: string): string {
  return names.map((name) => `${verb}${name === '' || /[\n\0]/.test(name) ? '-' : name}\n`).join('')
}

function parseStat(line: string): ObjectStat | undefined {
  const match = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line)
  if (match === null) return undefined
  return { oid: match[1]!, type: match[2] as ObjectStat['type'], size: Number(match[3]) }
}
