import { buildApplication, buildRouteMap, text_en, type Application, type ApplicationText } from '@stricli/core'
import pkg from '../../package.json' with { type: 'json' }
import type { Context } from './context.ts'
import { exitCodeOf } from './exit-codes.ts'
import { formatError, formatErrorJson } from './report-error.ts'
import { routes } from './routes.ts'

/** Makes the command line. @param json - whether errors are to be written as JSON. */
export function makeApp(json: boolean, debug: boolean): Application<Context> {
  const text: ApplicationText = {
    ...text_en,
    exceptionWhileRunningCommand: (error, color) =>
      json ? formatErrorJson(error) : formatError(error, color, debug),
    exceptionWhileParsingArguments: (error, color) =>
      formatUsage(text_en.exceptionWhileParsingArguments.call({ formatException: String } as never, error, false), color),
    noCommandRegisteredForInput: ({ input, corrections, ansiColor }) =>
      formatUsage(`there is no command "${input}"`, ansiColor, corrections.map((name) => `git model ${name}`)),
  }
  return buildApplication(buildRouteMap(routes), {
    name: 'git model',
    versionInfo: { currentVersion: pkg.version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { useAliasInUsageLine: true, caseStyle: 'convert-camel-to-kebab' },
    localization: { loadText: () => text },
    determineExitCode: exitCodeOf,
  })
}

function formatUsage(message: string, color: boolean, hints: readonly string[] = []): string {
  const red = (text: string): string => (color ? `\u001b[31m${text}\u001b[39m` : text)
  const all = [...hints, 'git model -h']
  return [`${red('error:')} ${message}`, ...all.map((hint) => `hint: ${hint}`)].join('\n')
}
