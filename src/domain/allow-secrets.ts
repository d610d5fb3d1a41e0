import { GLOB, matchesLike } from './filter-like.ts'
import type { AllowSecret } from './secrets.ts'

/** The variable in which `git model run` tells the command what may be kept, one pattern a line. */
export const ALLOW_VARIABLE = 'GIT_MODEL_ALLOW_SECRETS'

/** Allows the places that fit a pattern, such as `params.tokenizer_key` or `params.*_key`. */
export function allowSecrets(patterns: readonly string[]): AllowSecret {
  return (place) => patterns.some((pattern) => matchesLike(place, pattern, false, GLOB))
}

/** Reads the patterns of {@link ALLOW_VARIABLE}. */
export function allowedByVariable(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env[ALLOW_VARIABLE] ?? '').split('\n').filter(Boolean)
}
