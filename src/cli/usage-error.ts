import {
  ArgumentParseError,
  ArgumentScannerError,
  EnumValidationError,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import { isModelError, ModelError } from '../domain/errors.ts'

/** Makes the error of a wrong call from what the command-line library says; other errors come back as they are. */
export function toUsageError(error: unknown, hint: string): unknown {
  if (error instanceof ArgumentParseError && isModelError(error.exception)) return error.exception
  if (!(error instanceof ArgumentScannerError)) return error
  return new ModelError('argument-invalid', describe(error), { hints: [hint] })
}

function describe(error: ArgumentScannerError): string {
  if (error instanceof ArgumentParseError) {
    const { externalFlagNameOrPlaceholder: name, exception } = error
    return `${name}: ${exception instanceof Error ? exception.message : String(exception)}`
  }
  if (error instanceof EnumValidationError)
    return `--${error.externalFlagName}: "${error.input}" is none of ${error.values.join(', ')}`
  if (error instanceof UnexpectedFlagError)
    return `--${error.externalFlagName} is given twice: "${error.previousInput}" and "${error.input}"`
  if (error instanceof UnexpectedPositionalError) return `"${error.input}" is one argument too many`
  if (error instanceof UnsatisfiedPositionalError) return describeMissing(error)
  if (error instanceof UnsatisfiedFlagError) return `--${error.externalFlagName} is missing`
  return error.message
}

function describeMissing({
  placeholder,
  limit: [minimum, count] = [1, 0],
}: UnsatisfiedPositionalError): string {
  const given = minimum > 1 ? `: ${minimum} at least are needed, and ${count} given` : ''
  return `${placeholder.toUpperCase()} is missing${given}`
}
