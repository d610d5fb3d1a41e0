import { CONFIG_FILE, type Config } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import type { Rules } from '../domain/rules.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { LARGEST_CONFIG, readWorkTreeText } from '../git/work-tree-file.ts'
import { cacheConfig, readCachedConfig, type ReadConfig } from './config-cache.ts'

/**
 * Reads `.gitmodel.yaml` from the work tree, or from a commit. Where there is none, the answer is empty.
 *
 * @throws ModelError `config-invalid` with line and column of the first problem.
 */
export async function readConfig(repo: Repository, revision?: Oid): Promise<Config> {
  const text =
    revision === undefined ? readWorkTreeText(repo.root, CONFIG_FILE) : await readCommit(repo, revision)
  if (text === undefined) return {}
  return (await readText(repo, text, revision)).config
}

/**
 * Reads the rules of a commit's `.gitmodel.yaml`, and where they stand.
 *
 * @throws ModelError `config-invalid`.
 */
export async function readRules(repo: Repository, revision: Oid, side: Rules['side']): Promise<Rules> {
  const text = await readCommit(repo, revision)
  if (text === undefined) return { side, config: {}, lineOf: () => undefined }
  const { config, lines } = await readText(repo, text, revision)
  return { side, config, lineOf: (path) => nearestLine(lines, path) }
}

async function readText(repo: Repository, text: string, revision: Oid | undefined): Promise<ReadConfig> {
  const cached = readCachedConfig(repo.commonDir, text)
  if (cached !== undefined) return cached
  const { configLines, parseConfig } = await import('./parse-config.ts')
  const config = parseConfig(text, revision)
  const read = { config, lines: configLines(text, config) }
  cacheConfig(repo.commonDir, text, read)
  return read
}

// Of what is not written, the line of what stands nearest above it.
function nearestLine(lines: ReadConfig['lines'], path: readonly string[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const line = lines[JSON.stringify(path.slice(0, length))]
    if (line !== undefined) return line
  }
  return undefined
}

async function readCommit(repo: Repository, revision: Oid): Promise<string | undefined> {
  const [object] = await readObjects(repo, [`${revision}:${CONFIG_FILE}`])
  if (object?.type !== 'blob') return undefined
  if (object.size <= LARGEST_CONFIG) return object.content.toString('utf8')
  throw new ModelError('config-invalid', `${CONFIG_FILE} of ${revision.slice(0, 12)} is larger than 1 MiB`, {
    hints: [`see who made it so: git log -1 ${revision.slice(0, 12)} -- ${CONFIG_FILE}`],
    data: { revision, size: object.size },
  })
}
