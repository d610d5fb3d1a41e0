#!/usr/bin/env node
import pkg from '../package.json' with { type: 'json' }
import { codeFile } from './launch/code-file.ts'
import { CompiledCode } from './launch/compiled-code.ts'
import { loadChunks } from './launch/load-chunks.ts'

const args = process.argv.slice(2)

// Asked for by scripts and editors: answered before anything is loaded.
if (args.length === 1 && args[0] === '--version') process.stdout.write(`${pkg.version}\n`)
else launch()

function launch(): void {
  const folder = import.meta.dirname
  const code = new CompiledCode(codeFile(args, pkg.version), folder)
  const { run } = loadChunks(folder, 'program.js', code) as typeof import('./cli/program.ts')
  void run(args)
  process.on('exit', (status) => {
    if (status === 0) code.save()
  })
}
