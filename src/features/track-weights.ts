import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { addLfsPatterns } from '../git/attributes.ts'
import { readGitConfig } from '../git/git-config.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { readWorkTreeText } from '../git/work-tree-file.ts'
import { addPatterns } from '../schema/add-patterns.ts'
import { readConfig } from '../store/config.ts'
import { findRawFiles } from './find-raw-files.ts'
import { setUpLfs } from './set-up-lfs.ts'

/** What tracking patterns changed. */
export interface Tracked {
  /** Patterns that were added to `.gitattributes`. */
  routed: string[]
  /** Patterns that were added to `.gitmodel.yaml`. */
  named: string[]
  /** Whether the LFS filters were set up. */
  lfs: boolean
  /** Tracked files that go through LFS from now on and whose content is still in git itself. */
  raw: string[]
}

/**
 * Routes patterns through Git LFS and names them in `.gitmodel.yaml`.
 *
 * @param patterns - as `.gitattributes` spells them; a path counts from the root of the repository.
 * @throws ModelError `argument-invalid`, `config-invalid`, `lfs-missing`.
 */
export async function trackWeights(world: World, patterns: readonly string[]): Promise<Tracked> {
  const repo = await openRepository(world)
  for (const pattern of patterns) checkPattern(pattern)
  const config = await readConfig(repo)
  const lfs = await setUpLfs(repo, await readGitConfig(repo))
  const known = config.weights?.patterns ?? []
  const named = [...new Set(patterns)].filter((pattern) => !known.includes(pattern))
  if (named.length > 0) nameInConfig(repo, named)
  return { routed: route(repo, patterns), named, lfs, raw: await findRawFiles(repo) }
}

function checkPattern(pattern: string): void {
  const why = problemOf(pattern)
  if (why === undefined) return
  throw new ModelError('argument-invalid', `${JSON.stringify(pattern)} is no pattern: ${why}`, {
    hints: ["quote it, so that the shell leaves it alone: git model weights track '*.bin'"],
    data: { pattern },
  })
}

function problemOf(pattern: string): string | undefined {
  if (pattern.trim() !== pattern || pattern === '') return 'it is empty, or has blanks around it'
  if (/[\p{Cc}]/u.test(pattern)) return 'it has a control character'
  if (/^[!#]/.test(pattern)) return `it begins with "${pattern[0]}"`
  if (pattern.startsWith('./') || pattern.startsWith('../'))
    return 'write it from the root of the repository, without "./"'
  return pattern.endsWith('/') ? `it names a folder; its files are "${pattern}**"` : undefined
}

function route(repo: Repository, patterns: readonly string[]): string[] {
  const file = path.join(repo.root, '.gitattributes')
  const { text, added } = addLfsPatterns(readWorkTreeText(repo.root, '.gitattributes') ?? '', patterns)
  if (added.length > 0) writeFileSync(file, text)
  return added
}

function nameInConfig(repo: Repository, patterns: readonly string[]): void {
  const file = path.join(repo.root, CONFIG_FILE)
  const text = addPatterns(readWorkTreeText(repo.root, CONFIG_FILE) ?? '', patterns)
  if (text !== undefined) return writeFileSync(file, text)
  throw new ModelError('config-invalid', `${CONFIG_FILE} cannot be edited: it is not a map`, {
    hints: ['git model doctor'],
  })
}
