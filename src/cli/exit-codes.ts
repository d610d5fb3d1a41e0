import { isModelError } from '../domain/errors.ts'

/**
 * What the program exits with. A closed pipe is 0; `git model run` passes on what its command exits with; a signal ends
 * the program as it ends others (Ctrl-C: 130 in a shell).
 */
export const EXIT = {
  /** It was done. */
  done: 0,
  /** A check failed, or the request cannot be met. */
  failed: 1,
  /** It was called in a wrong way. */
  usage: 2,
  /** A bug of ours. */
  bug: 70,
} as const

const USAGE: readonly string[] = ['argument-invalid', 'filter-invalid']

/** Returns the exit code for an error that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (!isModelError(error)) return EXIT.bug
  return USAGE.includes(error.code) ? EXIT.usage : EXIT.failed
}
