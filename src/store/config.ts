import { CONFIG_FILE, type Config } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import type { Rules } from '../domain/rules.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { LARGEST_CONFIG, readWorkTreeText } from '../git/work-tree-file.ts'
import { cacheConfig, readCachedConfig } from './config-cache.ts'

/**
 * Reads `.gitmodel.yaml` from the work tree, or from a commit. Where there is none, the answer is empty.
 *
 * @throws ModelError `config-invalid` with line and column of the first problem.
 */
export async function readConfig(repo: Repository, revision?: Oid): Promise<Config> {
  const text =
    revision === undefined ? readWorkTreeText(repo.root, CONFIG_FILE) : await readCommit(repo, revision)
  if (text === undefined) return {}
  const cached = readCachedConfig(repo.commonDir, text)
  if (cached !== undefined) return cached
  const { parseConfig } = await import('./parse-config.ts')
  const config = parseConfig(text, revision)
  cacheConfig(repo.commonDir, text, config)
  return config
}

/**
 * Reads the rules of a commit's `.gitmodel.yaml`, and where they stand.
 *
 * @throws ModelError `config-invalid`.
 */
export async function readRules(repo: Repository, revision: Oid, side: Rules['side']): Promise<Rules> {
  const text = await readCommit(repo, revision)
  if (text === undefined) return { side, config: {}, lineOf: () => undefined }
  const { configLines, parseConfig } = await import('./parse-config.ts')
  return { side, config: parseConfig(text, revision), lineOf: configLines(text) }
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
