import { ModelError } from './errors.ts'
import { parseNumber } from './number.ts'
import { isValidKey } from './run.ts'
import type { Scalar } from './scalar.ts'

/**
 * Parses `key=value` as it is typed at a command line. The value is a number or a boolean where that
 * loses nothing: `0.001`, `3e-4` and `1e-05` are numbers; `1.10`, `007`, `1234e56` and `1e999` stay strings.
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
  if (!Number.isFinite(value) || (/^-?\d+$/.test(text) && !Number.isSafeInteger(value))) return text
  return spelling(text) === spelling(String(value)) && isUsual(text) ? value : text
}

// Hashes and versions can look like powers of ten: `1234e56`. A power has one digit before the point.
function isUsual(text: string): boolean {
  return !/e/i.test(text) || /^-?[1-9](?:\.\d+)?e[+-]?\d{1,3}$/i.test(text)
}

// The digits as they are written, and where the point is: 3e-4 is 0.0003, but 1.10 is not 1.1.
function spelling(text: string): string {
  const [, sign, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text)!
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const zeros = fraction === '' ? /0*$/.exec(digits)![0].length : 0
  return `${sign}${digits.slice(0, digits.length - zeros)}e${Number(power) - fraction.length + zeros}`
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
