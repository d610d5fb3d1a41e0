/** `--json`: one object with a `schema` on stdout. */
export const jsonFlag = {
  kind: 'boolean',
  optional: true,
  withNegated: false,
  brief: 'Answer with one JSON object',
} as const

/**
 * A flag with a text that may be given several times.
 *
 * @param placeholder - what stands for the value in the help; the name of the flag where it is absent
 */
export function variadic(brief: string, placeholder?: string): VariadicFlag {
  return {
    kind: 'parsed',
    parse: String,
    optional: true,
    variadic: true,
    brief,
    ...(placeholder !== undefined && { placeholder }),
  }
}

/** `--allow-secret`: what a run keeps although it looks like a credential. */
export const allowSecretFlag = {
  ...variadic(
    'Place to keep although it looks like a credential: params.NAME, command.--OPTION; * and ? fit any',
    'place',
  ),
  parse: parsePlace,
} as const

function parsePlace(text: string): string {
  if (/^(?:(?:params|tags|environment|command)\.\P{Cc}+|name|experiment|notes)$/u.test(text)) return text
  throw new Error(`${JSON.stringify(text)} is no place in a run, such as params.tokenizer_key`)
}

interface VariadicFlag {
  readonly kind: 'parsed'
  readonly parse: (input: string) => string
  readonly optional: true
  readonly variadic: true
  readonly brief: string
  readonly placeholder?: string
}
