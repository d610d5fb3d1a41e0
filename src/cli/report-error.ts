import { isModelError } from '../domain/errors.ts'
import { safeBlock } from '../domain/safe-text.ts'
import { makeColors } from './colors.ts'

/** Writes an error for people: what is wrong, then what to type. */
export function formatError(error: unknown, color: boolean, debug: boolean): string {
  const { red, cyan } = makeColors(color)
  const stack = debug && error instanceof Error && error.stack !== undefined ? `\n${safeBlock(error.stack)}` : ''
  if (isModelError(error)) {
    const hints = error.hints.map((hint) => `\n${cyan('hint:')} ${safeBlock(hint)}`).join('')
    return `${red('error:')} ${safeBlock(error.message)}${hints}${stack}`
  }
  const message = error instanceof Error ? error.message : String(error)
  return (
    `${red('error:')} this is a bug in git-model: ${safeBlock(message)}${stack}\n` +
    `${cyan('hint:')} what was recorded is safe; please report it with the output of: GIT_MODEL_DEBUG=1 git model …`
  )
}

/** Writes an error for programs, as one JSON object. */
export function formatErrorJson(error: unknown): string {
  const known = isModelError(error)
  const message = error instanceof Error ? error.message : String(error)
  const { code, hints, data } = known ? error : { code: 'bug', hints: [], data: {} }
  return JSON.stringify({ schema: 'error/v1', code, message, hints, data })
}
