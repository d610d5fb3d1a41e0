import { buildApplication, text_en, type Application, type ApplicationText } from '@stricli/core'
import type { Context } from './context.ts'
import { routes } from './routes.ts'
import { toUsageError } from './usage-error.ts'

/**
 * Makes the command line. It throws what goes wrong; help and errors are written by `main`, in one place.
 *
 * @param hint - what to type after a wrong call
 */
export function makeApp(hint: string): Application<Context> {
  const scanner = { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true } as const
  return buildApplication(routes, { name: 'git model', scanner, localization: { text: throwing(hint) } }, {})
}

// The library prints an error that a command throws, and returns. Its texts are the place to get the error out.
function throwing(hint: string): ApplicationText {
  const raise = (error: unknown): never => {
    throw error
  }
  return {
    ...text_en,
    exceptionWhileParsingArguments: (error) => raise(toUsageError(error, hint)),
    exceptionWhileLoadingCommandFunction: raise,
    exceptionWhileLoadingCommandContext: raise,
    exceptionWhileRunningCommand: raise,
    commandErrorResult: raise,
  }
}
