import type { Command, RouteMap } from '@stricli/core'
import { ModelError } from '../domain/errors.ts'
import type { Context } from './context.ts'
import { flagName, isGroup, type Target } from './render/command-target.ts'
import { unknownCommand, unknownFlag } from './did-you-mean.ts'

/** What the arguments of the program ask for. */
export interface Request {
  readonly asks: 'help' | 'version' | 'command'
  /** The words that name the command: `['card', 'show']`. */
  readonly path: readonly string[]
  readonly target: Target
  /** The arguments for the command-line library: the path, flags as `--name=value`, `--`, and the other words. */
  readonly inputs: readonly string[]
  readonly json: boolean
}

// From its first word on, what stands behind `git model run` is another program's.
const RUNS_A_PROGRAM = ['run']

/**
 * Reads arguments as git reads them: `-n5`, `-n 5`, `--name=` and `--name=two\nlines` are values of a flag, and a word
 * that looks like a flag is never taken for anything else. (The command-line library hands `-p5` or `--name=` to the
 * command as a positional argument: `git model run --name= -- make` would start a program called `--name=`.)
 *
 * @throws ModelError `argument-invalid` for commands and flags that do not exist, and for flags without their value.
 */
export function readArguments(args: readonly string[], root: RouteMap<Context>): Request {
  const [first, ...others] = args
  if (first === 'help') return { ...readArguments(others, root), asks: 'help' }
  const { path, target, rest } = findTarget(args, root)
  const request = { path, target, inputs: path, json: false }
  if (isGroup(target)) {
    const flag = rest[0]
    if (path.length === 0 && (flag === '--version' || flag === '-v')) return { ...request, asks: 'version' }
    if (flag !== undefined && flag !== '-h' && flag !== '--help')
      throw unknownFlag(flag, path, path.length === 0 ? ['--help', '--version'] : ['--help'])
    return { ...request, asks: 'help' }
  }
  const read = readFlags(rest, target, path)
  const inputs = [...path, ...read.flags, '--', ...read.words]
  return { ...request, inputs, json: read.json, asks: read.help ? 'help' : 'command' }
}

type Found = ReturnType<RouteMap<Context>['getAllEntries']>[number]

function findTarget(
  args: readonly string[],
  root: RouteMap<Context>,
): { path: string[]; target: Target; rest: string[] } {
  const rest = [...args]
  const path: string[] = []
  let target: Target = root
  while (isGroup(target) && rest[0]?.startsWith('-') === false) {
    const word = rest.shift()!
    const found: Found | undefined = target
      .getAllEntries()
      .find((entry) => entry.name['convert-camel-to-kebab'] === word)
    if (found === undefined) throw unknownCommand(word, path, target, root)
    target = found.target
    path.push(word)
  }
  return { path, target, rest }
}

interface Read {
  flags: string[]
  words: string[]
  json: boolean
  help: boolean
}

function readFlags(args: readonly string[], command: Command<Context>, path: readonly string[]): Read {
  const known = knownFlags(command)
  const read: Read = { flags: [], words: [], json: false, help: false }
  const rest = [...args]
  while (rest.length > 0) {
    const arg = rest.shift()!
    if (arg === '--') read.words.push(...rest.splice(0))
    else if (arg === '-' || !arg.startsWith('-')) {
      read.words.push(arg)
      if (RUNS_A_PROGRAM.includes(path.join(' '))) read.words.push(...rest.splice(0))
    } else if (arg === '-h' || arg === '--help') return { ...read, help: true }
    else readFlag(arg, rest, known, path, read)
  }
  return read
}

function readFlag(arg: string, rest: string[], known: Known, path: readonly string[], read: Read): void {
  const { name, attached } = splitFlag(arg, known)
  const takesValue = known.values.get(name)
  if (takesValue === undefined) throw unknownFlag(arg, path, [...known.values.keys()])
  if (name === '--json') read.json = true
  if (takesValue)
    return void read.flags.push(...withValue(name, attached ?? nextValue(name, rest, known, path)))
  const isBatch = !arg.startsWith('--')
  if (attached !== undefined && !isBatch)
    throw new ModelError('argument-invalid', `${name} takes no value`, { hints: [helpCommand(path)] })
  read.flags.push(name)
  if (isBatch && attached !== undefined) readFlag(`-${attached}`, rest, known, path, read)
}

function splitFlag(arg: string, { aliases }: Known): { name: string; attached?: string } {
  if (arg.startsWith('--')) {
    const equals = arg.indexOf('=')
    return equals < 0 ? { name: arg } : { name: arg.slice(0, equals), attached: arg.slice(equals + 1) }
  }
  const name = aliases.get(arg[1]!) ?? arg
  return arg.length === 2 ? { name } : { name, attached: arg.slice(2).replace(/^=/, '') }
}

function nextValue(name: string, rest: string[], known: Known, path: readonly string[]): string {
  const next = rest[0]
  if (next === undefined || next === '--' || known.values.has(next.replace(/=[^]*/, '')))
    throw new ModelError('argument-invalid', `${name} needs a value`, { hints: [helpCommand(path)] })
  return rest.shift()!
}

// The library reads `--name=value` only where there is a value, on one line; other values cannot look like flags.
function withValue(name: string, value: string): string[] {
  return value === '' || /[\n\r\u2028\u2029]/.test(value) ? [name, value] : [`${name}=${value}`]
}

interface Known {
  /** By `--name`: whether the flag takes a value. */
  readonly values: ReadonlyMap<string, boolean>
  /** By letter: `--name`. */
  readonly aliases: ReadonlyMap<string, string>
}

function knownFlags({ parameters }: Command<Context>): Known {
  const flags = Object.entries(parameters.flags ?? {})
  const values = flags.flatMap(([name, flag]): [string, boolean][] => {
    const takesValue = flag.kind !== 'boolean' && flag.kind !== 'counter'
    const negated = flag.kind === 'boolean' && flag.withNegated !== false
    return [
      [flagName(name), takesValue],
      ...(negated ? [[flagName(`no-${name}`), false] as [string, boolean]] : []),
    ]
  })
  const aliases = Object.entries(parameters.aliases ?? {}).map(
    ([letter, name]) => [letter, flagName(name)] as const,
  )
  return { values: new Map(values), aliases: new Map(aliases) }
}

/** Writes what to type for the help of a command. */
export function helpCommand(path: readonly string[]): string {
  return ['git model', ...path, '-h'].join(' ')
}
