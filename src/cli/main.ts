import { run } from '@stricli/core'
import { makeApp } from './app.ts'
import { makeContext } from './context.ts'
import { toExitCode } from './exit-codes.ts'

/** Runs the command line of this process. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that had enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  const debug = process.env['GIT_MODEL_DEBUG'] === '1'
  await run(makeApp(own.includes('--json'), debug), args.length === 0 ? ['--help'] : args, makeContext(process))
  process.exitCode = toExitCode(process.exitCode)
}
