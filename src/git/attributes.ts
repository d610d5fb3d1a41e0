import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Repository } from './repository.ts'
import { git } from './run-git.ts'

const LFS = 'filter=lfs diff=git-model merge=git-model -text'
// As `git lfs track` writes it: git compares and merges the pointers.
const STOCK = 'filter=lfs diff=lfs merge=lfs -text'

/** Returns a line of `.gitattributes` that routes a pattern through Git LFS. */
export function lfsLine(pattern: string): string {
  return `${escapePattern(pattern)} ${LFS}`
}

/**
 * Adds patterns to the text of a `.gitattributes`. What is there stays, in its order and with its line ends; a pattern
 * that the text routes through Git LFS already is not added again. Its line gets our drivers where it is as
 * `git lfs track` writes it.
 *
 * @returns the text, and the patterns whose lines are new or changed.
 */
export function addLfsPatterns(text: string, patterns: readonly string[]): { text: string; added: string[] } {
  const routed = new Set(lfsPatterns(text))
  const wanted = [...new Set(patterns)]
  const added = wanted.filter((pattern) => !routed.has(pattern))
  const upgraded = wanted.filter((pattern) => routed.has(pattern) && lineWith(pattern, STOCK).test(text))
  let before = text
  for (const pattern of upgraded) before = before.replace(lineWith(pattern, STOCK), () => lfsLine(pattern))
  if (added.length > 0) {
    const end = text.includes('\r\n') ? '\r\n' : '\n'
    if (text !== '' && !text.endsWith('\n')) before += end
    before += added.map((pattern) => lfsLine(pattern) + end).join('')
  }
  return {
    text: before,
    added: wanted.filter((pattern) => added.includes(pattern) || upgraded.includes(pattern)),
  }
}

/** Lists the patterns that the text of a `.gitattributes` routes through Git LFS. The last line of a pattern counts. */
export function lfsPatterns(text: string): string[] {
  const filters = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const { pattern, attributes } = parseLine(line)
    const filter = attributes.findLast((attribute) => /^[-!]?filter\b/.test(attribute))
    if (pattern !== undefined && filter !== undefined) filters.set(pattern, filter)
  }
  return [...filters].filter(([, filter]) => filter === 'filter=lfs').map(([pattern]) => pattern)
}

/** Returns the `filter` attribute of paths, as the work tree or (`cached`) the index says; absent where there is none. */
export async function readFilters(
  repo: Repository,
  paths: readonly string[],
  options: { cached?: boolean } = {},
): Promise<Map<string, string>> {
  return readAttribute(repo, 'filter', paths, options.cached === true ? ['--cached'] : [])
}

/** Tells which paths match one of some patterns, each spelled as in `.gitattributes`. Git itself decides. */
export async function matchPatterns(
  repo: Repository,
  patterns: readonly string[],
  paths: readonly string[],
  attributesFile: string,
): Promise<Set<string>> {
  mkdirSync(path.dirname(attributesFile), { recursive: true })
  writeFileSync(
    attributesFile,
    patterns.map((pattern) => `${escapePattern(pattern)} git-model-weights\n`).join(''),
  )
  try {
    const config = ['-c', `core.attributesFile=${attributesFile}`]
    return new Set((await readAttribute(repo, 'git-model-weights', paths, [], config)).keys())
  } finally {
    rmSync(attributesFile, { force: true })
  }
}

async function readAttribute(
  repo: Repository,
  name: string,
  paths: readonly string[],
  options: readonly string[],
  config: readonly string[] = [],
): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map()
  const input = paths.map((each) => `${each}\0`).join('')
  const { stdout } = await git(repo, [...config, 'check-attr', '-z', '--stdin', ...options, name], { input })
  const fields = stdout.split('\0')
  const values = new Map<string, string>()
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const value = fields[at + 2]!
    if (value !== 'unspecified' && value !== 'unset') values.set(fields[at]!, value)
  }
  return values
}

function lineWith(pattern: string, attributes: string): RegExp {
  return new RegExp(
    `^${`${escapePattern(pattern)} ${attributes}`.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)}(?=\\r?$)`,
    'm',
  )
}

// As git-lfs writes them: a blank would end the pattern, and # would begin a comment.
function escapePattern(pattern: string): string {
  return pattern.replace(/^[#"]/, String.raw`\$&`).replaceAll(/\s/g, '[[:space:]]')
}

function parseLine(line: string): { pattern: string | undefined; attributes: string[] } {
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"#]\S*))(?:\s+(.*))?$/.exec(line)
  if (match === null) return { pattern: undefined, attributes: [] }
  const pattern = match[1] ?? match[2]!.replaceAll('[[:space:]]', ' ').replace(/^\\([#"])/, '$1')
  return { pattern, attributes: (match[3] ?? '').split(/\s+/) }
}
