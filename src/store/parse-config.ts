import { CONFIG_FILE, type Config } from '../domain/config.ts'
import { ModelError } from '../domain/errors.ts'
import type { Oid } from '../domain/run.ts'
import { parseDocuments } from '../schema/parse-yaml.ts'
import { pointerParts, validate } from '../schema/validate.ts'

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

/**
 * Returns the lines, counted from 1, on which the members of a `.gitmodel.yaml` stand, by their paths as JSON; empty
 * where they are too many to be worth it.
 */
export function configLines(text: string, config: Config): Record<string, number> {
  const [document] = parseDocuments(text)
  const lines: Record<string, number> = {}
  const paths = listPaths(config, [])
  if (paths.length > MOST_LINES) return lines
  for (const path of paths) {
    const line = document?.position(path)?.line
    if (line !== undefined) lines[JSON.stringify(path)] = line
  }
  return lines
}

const MOST_LINES = 20_000

function listPaths(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path]
  return [path, ...Object.entries(value).flatMap(([key, member]) => listPaths(member, [...path, key]))]
}

/**
 * Reads the text of a `.gitmodel.yaml`.
 *
 * @param revision - the commit it comes from; undefined for the work tree.
 * @throws ModelError `config-invalid` with line and column of the first problem.
 */
export function parseConfig(text: string, revision: Oid | undefined): Config {
  const { config, problems } = checkConfig(text)
  const [first] = problems
  if (first === undefined) return config
  const where = revision === undefined ? '' : ` of ${revision.slice(0, 12)}`
  throw new ModelError(
    'config-invalid',
    `${CONFIG_FILE}${where}, line ${first.line}, column ${first.column}: ${first.message}`,
    {
      hints: [`mend ${CONFIG_FILE} at line ${first.line}, then: git model doctor`],
      data: { problems, revision },
    },
  )
}
