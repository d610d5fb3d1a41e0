import { isModelError } from '../domain/errors.ts'
import { safeJson } from '../domain/safe-json.ts'
import { safeBlock } from '../domain/safe-text.ts'
import type { Colors } from './colors.ts'

/** Writes an error for people: what is wrong, then what to type. With `debug`, where it comes from too. */
export function formatError(error: unknown, { red, cyan }: Colors, debug: boolean): string {
  const known = isModelError(error)
  const what = known ? error.message : `this is a bug in git-model: ${messageOf(error)}`
  const hints = known ? error.hints : bugHints(debug)
  return [
    `${red('error:')} ${safeBlock(what)}`,
    ...hints.map((hint) => `${cyan('hint:')} ${safeBlock(hint)}`),
    ...(debug ? [safeBlock(stackOf(error))] : []),
  ].join('\n')
}

/** Writes an error for programs, as one JSON object on one line. */
export function formatErrorJson(error: unknown, debug: boolean): string {
  const known = isModelError(error)
  const { code, hints, data } = known ? error : { code: 'bug', hints: bugHints(debug), data: {} }
  const stack = debug ? { stack: stackOf(error) } : {}
  return safeJson({ schema: 'error/v1', code, message: messageOf(error), hints, data, ...stack })
}

function bugHints(debug: boolean): string[] {
  const again = debug
    ? 'please report it with the lines below'
    : 'please report it with what this prints: GIT_MODEL_DEBUG=1 git model …'
  return [`what was recorded is safe; ${again}`]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
