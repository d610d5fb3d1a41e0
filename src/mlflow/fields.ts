import { invalid } from './protocol-error.ts'

/** The members of a request: of its JSON body, or of its query, where a number is a text and a list a repeated key. */
export type Members = Readonly<Record<string, unknown>>

const SEE = ' See the API docs for more information about request parameters.'

/** Reads the members of a request, forgiving as MLflow is: numbers may be texts, and what is null is absent. */
export class Fields {
  readonly #members: Members

  constructor(members: Members) {
    this.#members = members
  }

  /** Whether a member is there. */
  has(name: string): boolean {
    return this.#get(name) !== undefined
  }

  /** Returns a text; undefined where it is absent. @throws ProtocolError when it is none. */
  optionalText(name: string): string | undefined {
    const value = this.#get(name)
    if (value === undefined || typeof value === 'string') return value
    throw wrongType(name, value)
  }

  /** Returns a text; empty where it is absent, as a protocol buffer reads. */
  text(name: string): string {
    return this.optionalText(name) ?? ''
  }

  /** Returns a text that has to be there. @throws ProtocolError when it is absent or empty. */
  requiredText(name: string): string {
    const value = this.optionalText(name)
    if (value === undefined || value === '') throw missingField(name)
    return value
  }

  /** Returns the id of the run, which old clients call `run_uuid`. */
  runId(): string {
    return this.optionalText('run_id') || this.optionalText('run_uuid') || this.requiredText('run_id')
  }

  /** Returns a whole number; undefined where it is absent. */
  optionalInteger(name: string): number | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    const number = readInteger(value)
    if (number === undefined) throw wrongType(name, value)
    return number
  }

  /** Returns a truth value; false where it is absent. */
  flag(name: string): boolean {
    const value = this.#get(name)
    return value === true || value === 'true'
  }

  /** Returns a list; empty where it is absent. One value stands for a list of one. */
  list(name: string): readonly unknown[] {
    const value = this.#get(name)
    if (value === undefined) return []
    if (Array.isArray(value)) return value
    if (typeof value === 'object') throw wrongType(name, value)
    return [value]
  }

  /** Returns a list of texts. */
  texts(name: string): string[] {
    return this.list(name).map((item) => {
      if (typeof item !== 'string') throw wrongType(name, this.#get(name))
      return item
    })
  }

  /** Returns a list of objects, each with its members. */
  objects(name: string): Fields[] {
    return this.members(name).map((members) => new Fields(members))
  }

  /** Returns a list of objects as they were sent. */
  members(name: string): readonly Members[] {
    const list = this.list(name)
    for (const item of list) {
      if (typeof item !== 'object' || item === null || Array.isArray(item)) {
        throw wrongType(name, this.#get(name))
      }
    }
    return list as readonly Members[]
  }

  /** Returns a list that has to be there. */
  requiredObjects(name: string): Fields[] {
    if (!this.has(name)) throw missingField(name)
    return this.objects(name)
  }

  /** Returns an object; without members where it is absent. */
  object(name: string): Fields {
    const value = this.#get(name)
    if (value === undefined) return new Fields({})
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(name, value)
    return new Fields(value as Members)
  }

  /** Returns what was sent, whatever it is; undefined where it is absent. */
  raw(name: string): unknown {
    return this.#get(name)
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined
  }
}

/** Reads an int64: a number, or a text of digits. */
export function readInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  return typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value.trim()) ? Number(value) : undefined
}

/** Makes the error of a parameter that is absent. */
export function missingField(name: string): Error {
  return invalid(`Missing value for required parameter '${name}'.${SEE}`)
}

/** Makes the error of a parameter with a value that it cannot have. */
export function invalidValue(name: string, value: unknown, why: string): Error {
  return invalid(`Invalid value ${JSON.stringify(value)} for parameter '${name}' supplied: ${why}`)
}

const PYTHON_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ string: 'str', boolean: 'bool', object: 'dict' }),
)

/** Makes the error of a parameter whose value is of another kind, or out of its bounds. */
export function wrongType(name: string, value: unknown): Error {
  const type = Array.isArray(value)
    ? 'list'
    : typeof value === 'number'
      ? Number.isInteger(value)
        ? 'int'
        : 'float'
      : (PYTHON_TYPES.get(typeof value) ?? typeof value)
  return invalidValue(name, value, ` Hint: Value was of type '${type}'.${SEE}`)
}
