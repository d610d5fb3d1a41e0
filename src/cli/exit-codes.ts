import { ExitCode } from '@stricli/core'
import { isModelError } from '../domain/errors.ts'

/** What the program exits with. */
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

const USAGE: readonly unknown[] = [ExitCode.UnknownCommand, ExitCode.InvalidArgument]

/** Maps what the command-line library set to our table. */
export function toExitCode(code: number | string | null | undefined): number {
  if (USAGE.includes(code)) return EXIT.usage
  if (typeof code === 'number' && code < 0) return EXIT.bug
  return Number(code ?? 0)
}

/** Maps an error that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (!isModelError(error)) return EXIT.bug
  return error.code === 'argument-invalid' || error.code === 'filter-invalid' ? EXIT.usage : EXIT.failed
}
