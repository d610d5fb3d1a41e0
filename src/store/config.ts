import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CONFIG_FILE, type Config } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { readObjects } from '../git/read-objects.ts'
import type { Repository } from '../git/repository.ts'
import { parseDocuments } from '../schema/parse-yaml.ts'
import { validate } from '../schema/validate.ts'

/**
 * Reads `.gitmodel.yaml` from the work tree, or from a commit. Where there is none, the answer is empty.
 *
 * @throws ModelError `config-invalid` with line and column of the first problem.
 */
export async function readConfig(repo: Repository, revision?: Oid): Promise<Config> {
  const text = revision === undefined ? readWorkTree(repo) : await readCommit(repo, revision)
  return text === undefined ? {} : parseConfig(text, revision)
}

/** A problem in `.gitmodel.yaml`. Line and column count from 1. */
export interface ConfigProblem {
  line: number
  column: number
  message: string
}

/** Checks the text of a `.gitmodel.yaml`. */
export function checkConfig(text: string): { config: Config; problems: ConfigProblem[] } {
  const [document] = parseDocuments(text)
  if (document === undefined || (document.value === null && document.problems.length === 0)) {
    return { config: {}, problems: [] }
  }
  if (document.problems.length > 0) return { config: {}, problems: document.problems }
  const problems = validate('config', document.value).map(({ path: pointer, message }) => ({
    ...(document.position(pointerParts(pointer)) ?? { line: 1, column: 1 }),
    message: pointer === '' ? message : `${pointerParts(pointer).join('.')}: ${message}`,
  }))
  return { config: document.value as Config, problems }
}

function parseConfig(text: string, revision: Oid | undefined): Config {
  const { config, problems } = checkConfig(text)
  const [first] = problems
  if (first === undefined) return config
  const where = revision === undefined ? '' : ` of ${revision.slice(0, 12)}`
  throw new ModelError(
    'config-invalid',
    `${CONFIG_FILE}${where}, line ${first.line}, column ${first.column}: ${first.message}`,
    { hints: [`mend ${CONFIG_FILE} at line ${first.line}, then: git model doctor`], data: { problems, revision } },
  )
}

function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function readWorkTree(repo: Repository): string | undefined {
  try {
    return readFileSync(path.join(repo.root, CONFIG_FILE), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function readCommit(repo: Repository, revision: Oid): Promise<string | undefined> {
  const [object] = await readObjects(repo, [`${revision}:${CONFIG_FILE}`])
  return object?.type === 'blob' ? object.content.toString('utf8') : undefined
}
