import { run } from '@stricli/core'
import pkg from '../../package.json' with { type: 'json' }
import { makeApp } from './app.ts'
import { makeContext, type Context } from './context.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { helpCommand, readArguments, type Request } from './read-arguments.ts'
import { formatError, formatErrorJson } from './report-error.ts'
import { chapters, routes } from './routes.ts'
import { toKnownError } from './system-error.ts'

/** Runs the command line of this process; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  const context = makeContext(process)
  let json = asksForJson(args)
  const fail = (error: unknown): void => {
    process.exitCode = report(toKnownError(error), json, context)
  }
  // What nobody awaits is a bug too; without this Node would exit with 1.
  process.on('uncaughtException', (error) => {
    fail(error)
    process.exit()
  })
  // Nothing is left that could happen, and the command still waits: silence would be taken for success.
  let ended = false
  process.on('beforeExit', () => {
    if (!ended) fail(new Error('the command waits for what never comes'))
    ended = true
  })
  ignoreClosedPipes()
  try {
    const request = readArguments(args, routes)
    json = request.json
    await answer(request, context)
  } catch (error) {
    fail(error)
  } finally {
    ended = true
  }
}

async function answer({ asks, path, target, inputs }: Request, context: Context): Promise<void> {
  if (asks === 'version') return context.out.result(pkg.version)
  if (asks === 'command') return run(makeApp(helpCommand(path)), inputs, context)
  const { renderHelp } = await import('./render/help.ts')
  context.out.result(renderHelp(target, path, chapters, context.out.colors))
}

function report(error: unknown, json: boolean, { out, world }: Context): number {
  const debug = world.env['GIT_MODEL_DEBUG'] === '1'
  out.error(json ? formatErrorJson(error, debug) : formatError(error, out.errorColors, debug))
  return exitCodeOf(error)
}

// For errors in the arguments themselves; what stands behind `--` is another program's.
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end < 0 ? args : args.slice(0, end)).includes('--json')
}

// A reader that had enough (`| head`) is no error.
function ignoreClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done)
    throw error
  })
  process.stderr.on('error', () => {})
}
