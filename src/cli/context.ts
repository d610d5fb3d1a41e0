import type { CommandContext, StricliProcess } from '@stricli/core'
import { ModelError } from '../domain/errors.ts'
import type { World } from '../domain/world.ts'
import { makeOutput, type Output } from './output.ts'

/** What every command gets as `this`. */
export interface Context extends CommandContext {
  readonly process: StricliProcess
  readonly world: World
  readonly out: Output
}

/** Makes the context of a process: the only place that reads its folder, environment, clock and streams. */
export function makeContext(process: NodeJS.Process): Context {
  return {
    process: process as unknown as StricliProcess,
    world: {
      // Read when it is asked for: help needs no folder, and a folder that is gone is told as any other error.
      get cwd() {
        return readCwd(process)
      },
      env: process.env,
      now: Date.now,
    },
    out: makeOutput(process.stdout, process.stderr, process.env),
  }
}

function readCwd(process: NodeJS.Process): string {
  try {
    return process.cwd()
  } catch (error) {
    throw new ModelError('not-a-repository', 'the folder that you stand in is gone', {
      hints: ['cd "$PWD"   (if it was made anew), or go to the folder of a repository'],
      cause: error,
    })
  }
}
