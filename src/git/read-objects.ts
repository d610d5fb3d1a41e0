import type { Oid } from '../domain/run.ts'
import type { Repository } from './repository.ts'
import { git, gitBytes } from './run-git.ts'

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
}

/**
 * Reads objects with one `git cat-file --batch`. A name is anything that git resolves (`HEAD:path`);
 * what does not resolve is undefined.
 */
export async function readObjects(
  repo: Repository,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  if (names.length === 0) return []
  const { stdout } = await gitBytes(repo, ['cat-file', '--batch'], { input: toInput(names) })
  const objects: (GitObject | undefined)[] = []
  let at = 0
  while (at < stdout.length) {
    const end = stdout.indexOf(10, at)
    const stat = parseStat(stdout.toString('utf8', at, end))
    at = end + 1
    if (stat !== undefined) {
      objects.push({ ...stat, content: stdout.subarray(at, at + stat.size) })
      at += stat.size + 1
    } else objects.push(undefined)
  }
  return objects
}

/** Asks for type and size of objects with one `git cat-file --batch-check`. */
export async function statObjects(
  repo: Repository,
  names: readonly string[],
): Promise<(ObjectStat | undefined)[]> {
  if (names.length === 0) return []
  const { stdout } = await git(repo, ['cat-file', '--batch-check'], { input: toInput(names) })
  return stdout.trimEnd().split('\n').map(parseStat)
}

// A name with a newline cannot be asked for; an empty line is answered with "missing".
function toInput(names: readonly string[]): string {
  return names.map((name) => (/[\n\0]/.test(name) ? '' : name) + '\n').join('')
}

function parseStat(line: string): ObjectStat | undefined {
  const match = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line)
  if (match === null) return undefined
  return { oid: match[1]!, type: match[2] as ObjectStat['type'], size: Number(match[3]) }
}
