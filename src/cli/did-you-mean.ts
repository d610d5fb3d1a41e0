import type { RouteMap } from '@stricli/core'
import { ModelError } from '../domain/errors.ts'
import { nearMiss } from '../domain/near-miss.ts'
import type { Context } from './context.ts'
import { isGroup, visible } from './render/command-target.ts'

// What people type who know git or another tracker.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  list: 'runs',
  ls: 'runs',
  experiments: 'runs',
  push: 'sync',
  pull: 'sync',
  fetch: 'sync',
  restore: 'checkout',
  switch: 'checkout',
  install: 'init',
  uninstall: 'init --remove',
  start: 'run',
  exec: 'run',
  version: '--version',
}

/** Makes the error for a command that does not exist, with the one that was probably meant. */
export function unknownCommand(
  word: string,
  path: readonly string[],
  group: RouteMap<Context>,
  root: RouteMap<Context>,
): ModelError {
  const prefix = ['git model', ...path].join(' ')
  // A command of that very name is meant rather than one whose name is like it.
  const named = elsewhere(word, root)
  const near = named.length > 0 ? undefined : nearMiss(word, names(group))
  const meant = near === undefined ? named : [`${prefix} ${near}`]
  return new ModelError('argument-invalid', `there is no command "${prefix} ${word}"`, {
    hints: [...meant.map((command) => `did you mean: ${command}`), `${prefix} -h`],
    data: { command: word },
  })
}

/** Makes the error for a flag that does not exist, with the one that was probably meant. */
export function unknownFlag(arg: string, path: readonly string[], known: readonly string[]): ModelError {
  const name = arg.replace(/=[^]*/, '')
  const prefix = ['git model', ...path].join(' ')
  const long = name.replace(/^-(?=[^-])/, '--')
  const starting = known.filter((flag) => long.length > 3 && flag.startsWith(long))
  const meant = known.includes(long)
    ? long
    : (nearMiss(long, known) ?? (starting.length === 1 ? starting[0] : undefined))
  const hints = [
    ...(meant === undefined ? [] : [`did you mean: ${meant}`]),
    ...(path[0] === 'run'
      ? ['flags of your own command stand behind it: git model run -- COMMAND --flag']
      : []),
    `${prefix} -h`,
  ]
  return new ModelError('argument-invalid', `"${prefix}" has no flag "${name}"`, {
    hints,
    data: { flag: name },
  })
}

function elsewhere(word: string, root: RouteMap<Context>): string[] {
  if (Object.hasOwn(OTHER_NAMES, word)) return [`git model ${OTHER_NAMES[word]}`]
  const groups = visible(root).filter(({ target }) => isGroup(target) && names(target).includes(word))
  return groups.map(({ name }) => `git model ${name} ${word}`)
}

function names(group: RouteMap<Context>): string[] {
  return visible(group).map(({ name }) => name)
}
