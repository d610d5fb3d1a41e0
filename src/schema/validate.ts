import type { ErrorObject, ValidateFunction } from 'ajv'
import { card as allOfCard } from './generated/all-of-card.js'
import { config as allOfConfig } from './generated/all-of-config.js'
import { card } from './generated/card.js'
import { config } from './generated/config.js'
import { experiment } from './generated/experiment.js'
import { registry } from './generated/registry.js'
import { run } from './generated/run.js'
import { series } from './generated/series.js'

/** A document that has a schema. */
export type SchemaKind = 'run' | 'series' | 'card' | 'config' | 'experiment' | 'registry'

/** A value that its schema does not allow. */
export interface SchemaProblem {
  /** JSON Pointer (RFC 6901) to the value; empty for the document itself. */
  path: string
  /** What the value must be, to be read after its path: `must be an integer`. */
  message: string
}

const QUICK: Readonly<Record<SchemaKind, ValidateFunction>> = {
  run,
  series,
  card,
  config,
  experiment,
  registry,
}
const THOROUGH: Readonly<Partial<Record<SchemaKind, ValidateFunction>>> = {
  card: allOfCard,
  config: allOfConfig,
}

/** How many problems of one document are told. */
const MAX_PROBLEMS = 20

const JUNCTIONS = ['anyOf', 'oneOf', 'allOf', 'if', '$ref', 'propertyNames']

/** All that is wrong is looked for in so many values: what it takes grows with the square of the errors. */
const MOST_VALUES = 5000

/**
 * Checks a value against the schema of its kind. The answer is empty when the value is valid; of a card or a
 * configuration it is all that is wrong, of what is large and of a note the first problem.
 */
export function validate(kind: SchemaKind, value: unknown): SchemaProblem[] {
  const quick = QUICK[kind]
  if (quick(value)) return []
  const thorough = THOROUGH[kind]
  const check = thorough === undefined || countValues(value) > MOST_VALUES ? quick : thorough
  check(value)
  const errors = (check.errors ?? []).slice(0, 1000)
  const problems = new Map<string, SchemaProblem>()
  for (const error of errors) {
    if (JUNCTIONS.includes(error.keyword)) continue
    const problem = describe(error)
    problems.set(`${problem.path}\n${problem.message}`, problem)
  }
  return joinAlternatives([...problems.values()], errors).slice(0, MAX_PROBLEMS)
}

function countValues(value: unknown): number {
  let count = 0
  const open = [value]
  for (let next = open.pop(); next !== undefined && count <= MOST_VALUES; next = open.pop()) {
    count += 1
    if (typeof next === 'object' && next !== null) open.push(...Object.values(next).slice(0, MOST_VALUES))
  }
  return count
}

/** Splits a JSON Pointer into the keys and indices it goes through. */
export function pointerParts(pointer: string): string[] {
  const [, ...parts] = pointer.split('/')
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function describe({ keyword, instancePath, params, message, propertyName }: ErrorObject): SchemaProblem {
  if (propertyName !== undefined) return { path: instancePath, message: badName(propertyName) }
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name = String(params['additionalProperty'] ?? params['unevaluatedProperty'])
    return { path: `${instancePath}/${escapePointer(name)}`, message: 'is not known here' }
  }
  return { path: instancePath, message: SENTENCES.get(keyword)?.(params) ?? message ?? 'is not allowed here' }
}

const SENTENCES: ReadonlyMap<string, (params: Record<string, unknown>) => string> = new Map(
  Object.entries({
    type: ({ type }) => `must be ${[type].flat().map(withArticle).join(' or ')}`,
    required: ({ missingProperty }) => `must have ${JSON.stringify(missingProperty)}`,
    const: ({ allowedValue }) => `must be ${JSON.stringify(allowedValue)}`,
    enum: ({ allowedValues }) => `must be one of ${(allowedValues as unknown[]).map(String).join(', ')}`,
    minLength: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`),
    maxLength: ({ limit }) => `must have at most ${limit} characters`,
    minItems: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} items`),
    maxItems: ({ limit }) => `must have at most ${limit} items`,
    minProperties: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} members`),
    maxProperties: ({ limit }) => `must have at most ${limit} members`,
    minimum: ({ limit }) => `must be ${limit} or more`,
    maximum: ({ limit }) => `must be ${limit} or less`,
    exclusiveMinimum: ({ limit }) => `must be more than ${limit}`,
    exclusiveMaximum: ({ limit }) => `must be less than ${limit}`,
    pattern: ({ pattern }) =>
      PATTERNS.find(([part]) => String(pattern).includes(part))?.[1] ?? `must match ${pattern}`,
    uniqueItems: () => 'must not hold the same item twice',
  }),
)

// What a pattern of our schemas means, by a part of it that the others do not have.
const PATTERNS: readonly (readonly [part: string, message: string])[] = [
  ['git-(?:tree', 'must be git-tree:OID, git-blob:OID or sha256:HEX'],
  [
    'params|tags',
    'must be params.NAME, tags.NAME, environment.NAME, command.NAME, name, experiment or notes',
  ],
  ['sha256:', 'must be sha256: and 64 hexadecimal digits'],
  ['[0-9a-f]{40}', 'must be a git object name: 40 or 64 hexadecimal digits'],
  ['T\\d{2}', 'must be a time such as 2026-11-23T08:00:00.000Z'],
  ['kKmM', 'must be a size such as 5 MB'],
  ['%', 'must be a percentage such as "1%"'],
  ['\\p{Cc}', 'must be printable, on one line, without blanks around it'],
  ['\\u0000', 'must be a relative path inside the repository'],
]

function withArticle(type: unknown): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    integer: 'an integer',
    boolean: 'true or false',
    object: 'a map',
    array: 'a list',
    null: 'null',
  }
  return names[String(type)] ?? String(type)
}

function badName(name: string): string {
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name
  return `holds the name ${JSON.stringify(shown)}, which must be printable, on one line, 1 to 250 characters long`
}

// Where one of several forms is asked for, the forms are one sentence: `must be a number or one of NaN, …`.
function joinAlternatives(
  problems: readonly SchemaProblem[],
  errors: readonly ErrorObject[],
): SchemaProblem[] {
  const open = new Set(
    errors.filter(({ keyword }) => /^(any|one)Of$/.test(keyword)).map((error) => error.instancePath),
  )
  const joined = new Map<string, SchemaProblem>()
  for (const problem of problems) {
    const key = open.has(problem.path) ? problem.path : `${problem.path}\n${problem.message}`
    const found = joined.get(key)
    const message =
      found === undefined
        ? problem.message
        : `${found.message} or ${problem.message.replace(/^must be /, '')}`
    joined.set(key, { path: problem.path, message })
  }
  return [...joined.values()]
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
