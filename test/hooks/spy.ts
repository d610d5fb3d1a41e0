import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../support/repo.ts'

/** Stand-ins for programs, first on the PATH, that leave a trace when they are started. */
export interface Spy {
  /** The PATH on which they are. */
  PATH: string
  /** What was started since the last call, a line each. */
  started(): string[]
}

/** Makes stand-ins for `git-model` and `node`. */
export function spy(): Spy {
  const folder = temporaryFolder()
  const trace = path.join(folder, 'trace')
  for (const name of ['git-model', 'node']) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\necho "${name} $*" >> '${trace}'\n`)
    chmodSync(path.join(folder, name), 0o755)
  }
  return {
    PATH: `${folder}${path.delimiter}${process.env['PATH']}`,
    started() {
      const lines = existsSync(trace) ? readFileSync(trace, 'utf8').trim().split('\n') : []
      rmSync(trace, { force: true })
      return lines
    },
  }
}
