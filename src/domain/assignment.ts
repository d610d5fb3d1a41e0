import { ModelError } from './errors.ts'
import { parseNumber } from './number.ts'
import { isValidKey } from './run.ts'
import type { Scalar } from './scalar.ts'

/**
 * Parses `key=value` as it is typed at a command line. The value is a number or a boolean where it reads
 * back as exactly the same text or number, else a string: `007` and `1e999` stay strings.
 *
 * @throws ModelError `argument-invalid`.
 */
export function parseAssignment(text: string): { key: string; value: Scalar } {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  if (at > 0 && isValidKey(key)) return { key, value: parseScalar(text.slice(at + 1)) }
  if (at > 0) {
    throw new ModelError('argument-invalid', `${JSON.stringify(key)} is no name for a param or tag`, {
      hints: NAME,
      data: { argument: text },
    })
  }
  throw new ModelError('argument-invalid', `${JSON.stringify(text)} is not of the form key=value`, {
    hints: ['type it as key=value, for example: lr=0.001'],
    data: { argument: text },
  })
}

/** Parses several assignments into one object; a later one wins. */
export function parseAssignments(texts: readonly string[]): Record<string, Scalar> {
  return Object.fromEntries(texts.map((text) => parseAssignment(text)).map(({ key, value }) => [key, value]))
}

/** Parses a scalar as people type it. */
export function parseScalar(text: string): Scalar {
  if (text === 'true' || text === 'false') return text === 'true'
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return text
  const value = Number(text)
  const isExact = Number.isFinite(value) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(value))
  return isExact ? value : text
}

/**
 * Parses metrics as they are typed, `name=number`.
 *
 * @throws ModelError `metric-invalid`.
 */
export function parseMetrics(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(texts.map((text) => parseMetric(text)))
}

function parseMetric(text: string): [name: string, value: number] {
  const at = text.indexOf('=')
  const name = text.slice(0, at)
  const value = parseNumber(text.slice(at + 1))
  if (at < 0) throw invalidMetric(text, `${JSON.stringify(text)} is not of the form name=number`, FORM)
  if (!isValidKey(name)) throw invalidMetric(text, `${JSON.stringify(name)} is no name for a metric`, NAME)
  if (value !== undefined) return [name, value]
  throw invalidMetric(
    text,
    `the value of ${JSON.stringify(name)} is no number: "${text.slice(at + 1)}"`,
    FORM,
  )
}

const FORM = ['type it as name=number, for example: loss=0.31', 'texts are params or tags: -p optimizer=adam']
const NAME = ['names have 1 to 250 printable characters on one line, without blanks around them']

function invalidMetric(argument: string, message: string, hints: readonly string[]): ModelError {
  return new ModelError('metric-invalid', message, { hints, data: { argument } })
}
