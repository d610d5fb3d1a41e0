/** `--json`: one object with a `schema` on stdout. */
export const jsonFlag = {
  kind: 'boolean',
  optional: true,
  withNegated: false,
  brief: 'Answer with one JSON object',
} as const

/** A flag with a text that may be given several times. */
export function variadic(brief: string): {
  kind: 'parsed'
  parse: (input: string) => string
  optional: true
  variadic: true
  brief: string
} {
  return { kind: 'parsed', parse: String, optional: true, variadic: true, brief }
}
