import { ModelError } from './errors.ts'
import { parseNumber } from './number.ts'
import { isValidKey, type Scalar } from './run.ts'

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
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      const value = at > 0 ? parseNumber(text.slice(at + 1)) : undefined
      if (value !== undefined && isValidKey(text.slice(0, at))) return [text.slice(0, at), value]
      throw new ModelError('metric-invalid', `${JSON.stringify(text)} is not of the form name=number`, {
        hints: [
          'type it as name=number, for example: loss=0.31',
          'texts are params or tags: -p optimizer=adam',
        ],
        data: { argument: text },
      })
    }),
  )
}
