#!/usr/bin/env node
import pkg from '../package.json' with { type: 'json' }

const args = process.argv.slice(2)

// Asked for by scripts and editors: answered before anything is loaded.
if (args.length === 1 && args[0] === '--version') process.stdout.write(`${pkg.version}\n`)
else {
  ;(await import('./cli/ask-ahead.ts')).askAhead(args, process.cwd)
  await (await import('./cli/main.ts')).main(args)
}
