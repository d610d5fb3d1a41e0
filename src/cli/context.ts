import type { CommandContext, StricliProcess } from '@stricli/core'
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
    world: { cwd: process.cwd(), env: process.env, now: Date.now },
    out: makeOutput(process.stdout, process.stderr, process.env),
  }
}
