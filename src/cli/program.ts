import { askAhead } from './ask-ahead.ts'

/** Runs the command line; git begins to answer while the rest of the program is loaded. */
export async function run(args: readonly string[]): Promise<void> {
  askAhead(args, process.cwd)
  const { main } = await import('./main.ts')
  await main(args)
}
