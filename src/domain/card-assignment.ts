import { CARD_PARTS, type CardPath } from './card.ts'
import { formatCardPath, parseCardPath } from './card-path.ts'
import { parseScalar } from './assignment.ts'
import { ModelError } from './errors.ts'

/** A change of one field, as it is typed. */
export interface CardAssignment {
  path: CardPath
  action: 'set' | 'append' | 'remove' | 'unset'
  /** What the typed value may mean, the likeliest first. One nothing for `unset`. */
  values: unknown[]
}

const FORM = /^((?:\["(?:[^"\\]|\\.)*"\]|[^=[]|\[\d+\])+?)(\+|-)?=(.*)$/s

/**
 * Parses `field=value`, `field+=item` or `field-=item`. A value is a number, true, false or null where it reads like
 * one, JSON where it begins like a list, a map or a quoted text, and always also the text itself. What is bracketed
 * like a list or a map and is no JSON, such as `[a, b]`, is refused: it is hardly meant as a text.
 *
 * @throws ModelError `argument-invalid`.
 */
export function parseCardAssignment(text: string): CardAssignment {
  const match = FORM.exec(text)
  if (match === null) throw notAnAssignment(text)
  const path = checked(parseCardPath(match[1]!))
  const value = match[3]!
  if (value === '') throw emptyValue(match[1]!)
  const action = match[2] === '+' ? 'append' : match[2] === '-' ? 'remove' : 'set'
  return { path, action, values: readings(match[1]!, value) }
}

/** Parses the name of a field that is to be taken away. @throws ModelError `argument-invalid`. */
export function parseCardRemoval(text: string): CardAssignment {
  return { path: checked(parseCardPath(text)), action: 'unset', values: [undefined] }
}

function readings(field: string, text: string): unknown[] {
  if (/^(?:\[.*\]|\{.*\})$/s.test(text) && tryJson(text) === undefined) throw notJson(field, text)
  const first = text === 'null' ? null : /^[[{"]/.test(text) ? tryJson(text) : parseScalar(text)
  return first === undefined || first === text ? [text] : [first, text]
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checked(path: CardPath): CardPath {
  const [first] = path
  if (first === 'schema')
    throw new ModelError('argument-invalid', "the version of a card's format cannot be set")
  if (!OWN_PARTS.has(String(first))) return path
  throw new ModelError(
    'argument-invalid',
    `"${first}" is a part of card:, not of the Hugging Face metadata`,
    {
      hints: [`name it ${formatCardPath(['card', ...path])}`],
      data: { field: formatCardPath(path) },
    },
  )
}

const OWN_PARTS = new Set<string>(CARD_PARTS)

function notAnAssignment(text: string): ModelError {
  return new ModelError('argument-invalid', `"${text}" is not of the form field=value`, {
    hints: ['type it like license=mit, card.identity.version=2 or tags+=vision'],
    data: { argument: text },
  })
}

function notJson(field: string, text: string): ModelError {
  const what = text.startsWith('[') ? 'a list' : 'a map'
  return new ModelError(
    'argument-invalid',
    `the value of "${field}" looks like ${what} and is no JSON: ${text}`,
    {
      hints: [
        what === 'a list'
          ? `in JSON, texts have quotes: '${field}=["a", "b"]', or item by item: ${field}+=a`
          : `in JSON, names and texts have quotes: '${field}={"a": "b"}'`,
        `as a text: '${field}=${JSON.stringify(text)}'`,
      ],
      data: { field },
    },
  )
}

function emptyValue(field: string): ModelError {
  return new ModelError('argument-invalid', `"${field}" has no value`, {
    hints: [`to take the field away: --unset ${field}`, `to mark it unknown: ${field}=null`],
    data: { field },
  })
}
