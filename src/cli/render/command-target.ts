import type { Command, RouteMap } from '@stricli/core'
import type { Context } from '../context.ts'

/** A command, or a group of commands. */
export type Target = Command<Context> | RouteMap<Context>

/** Tells a group of commands from a command. */
export function isGroup(target: Target): target is RouteMap<Context> {
  return 'getAllEntries' in target
}

/** Lists the commands of a group that are not hidden. */
export function visible(group: RouteMap<Context>): { name: string; brief: string; target: Target }[] {
  return group
    .getAllEntries()
    .filter(({ hidden }) => !hidden)
    .map(({ name, target }) => ({ name: name['convert-camel-to-kebab'], brief: target.brief, target }))
}

/** Writes the name of a flag as one types it. */
export function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
