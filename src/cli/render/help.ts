import type { Command, RouteMap } from '@stricli/core'
import type { Colors } from '../colors.ts'
import type { Context } from '../context.ts'
import { flagName, isGroup, visible, type Target } from './command-target.ts'

/** Commands that belong together in the help of the program. */
export interface Chapter {
  readonly title: string
  readonly commands: readonly string[]
}

const WIDTH = 96
const WIDEST = 40

/** Writes the help of the program, of a group of commands or of a command. */
export function renderHelp(
  target: Target,
  path: readonly string[],
  chapters: readonly Chapter[],
  colors: Pick<Colors, 'bold'>,
): string {
  if (!isGroup(target)) return commandHelp(target, path, colors)
  return path.length === 0 ? programHelp(target, chapters, colors) : groupHelp(target, path, colors)
}

function programHelp(
  root: RouteMap<Context>,
  chapters: readonly Chapter[],
  { bold }: Pick<Colors, 'bold'>,
): string {
  const briefs = new Map(visible(root).map(({ name, brief }) => [name, brief]))
  const width = Math.max(...[...briefs.keys()].map((name) => name.length))
  const groups = chapters.map(({ title, commands }) =>
    [bold(title), ...commands.map((name) => `  ${name.padEnd(width)}  ${briefs.get(name)}`)].join('\n'),
  )
  return [
    `${bold('Usage:')} git model COMMAND [ARGUMENTS]`,
    root.brief,
    ...groups,
    [
      'git model COMMAND -h   tells all about a command',
      'git model init         is where to start',
      'git model --version    says which version this is',
    ].join('\n'),
  ].join('\n\n')
}

function groupHelp(
  group: RouteMap<Context>,
  path: readonly string[],
  { bold }: Pick<Colors, 'bold'>,
): string {
  const commands = visible(group).map(({ name, brief }): Row => [name, brief])
  const prefix = ['git model', ...path].join(' ')
  return [
    `${bold('Usage:')} ${prefix} COMMAND [ARGUMENTS]`,
    group.brief,
    [bold('Commands:'), ...rows(commands)].join('\n'),
    `${prefix} COMMAND -h   tells all about a command`,
  ].join('\n\n')
}

function commandHelp(
  command: Command<Context>,
  path: readonly string[],
  { bold }: Pick<Colors, 'bold'>,
): string {
  const { text, examples } = describeCommand(command)
  const positional = argumentRows(command)
  return [
    `${bold('Usage:')} ${wrapUsage(usageOf(command, path))}`,
    command.brief,
    ...(text === '' || text === command.brief ? [] : [text]),
    ...(positional.length === 0 ? [] : [[bold('Arguments:'), ...rows(positional)].join('\n')]),
    [bold('Flags:'), ...rows(flagRows(command))].join('\n'),
    [bold('Examples:'), ...examples].join('\n'),
  ].join('\n\n')
}

type Row = readonly [left: string, right: string]

function rows(cells: readonly Row[]): string[] {
  const width = Math.max(0, ...cells.map(([left]) => left.length).filter((length) => length <= WIDEST))
  return cells.flatMap(([left, right]) => {
    const lines = wrap(right, WIDTH - width)
    // What is wider has a line of its own.
    const lefts = left.length > width ? [left, ...lines.map(() => '')] : [left]
    const rights = left.length > width ? ['', ...lines] : lines
    return rights.map((line, index) => `  ${(lefts[index] ?? '').padEnd(width)}  ${line}`.trimEnd())
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length === 0 || line.length > width) lines.push(word)
    else lines[lines.length - 1] = line
  }
  return lines
}

// Takes the description of a command apart: its text, and the lines under "Examples:".
function describeCommand(command: Command<Context>): { text: string; examples: string[] } {
  const [text = '', examples = ''] = (command.fullDescription ?? '').split(/^Examples:\n/m)
  return { text: text.trim(), examples: examples.split('\n').filter((line) => line.trim() !== '') }
}

// The parts of the usage line: the command, its flags, its arguments.
function usageOf(command: Command<Context>, path: readonly string[]): string[] {
  const { flags = {}, aliases = {}, positional } = command.parameters
  const shown = Object.entries(flags).map(([name, flag]) => {
    const letter = letterOf(name, aliases)
    const isVariadic = 'variadic' in flag && flag.variadic !== undefined && flag.variadic !== false
    const spelled = [letter === undefined ? flagName(name) : `-${letter}`, valueOf(name, flag)]
      .filter(Boolean)
      .join(' ')
    const isOptional = flag.optional === true || 'default' in flag || flag.kind === 'boolean'
    return `${isOptional ? `[${spelled}]` : spelled}${isVariadic ? '…' : ''}`
  })
  const separator = path.join(' ') === 'run' ? ['[--]'] : []
  return [['git model', ...path].join(' '), ...shown, ...separator, ...argumentNames(positional)]
}

type Parameters = Command<Context>['parameters']

function argumentNames(positional: Parameters['positional']): string[] {
  if (positional === undefined) return []
  if (positional.kind === 'array') {
    const name = placeholderOf(positional.parameter.placeholder)
    return [(positional.minimum ?? 0) > 0 ? `${name}…` : `[${name}…]`]
  }
  return positional.parameters.map((parameter) => {
    const name = placeholderOf(parameter.placeholder)
    return parameter.optional === true || parameter.default !== undefined ? `[${name}]` : name
  })
}

function argumentRows({ parameters: { positional } }: Command<Context>): Row[] {
  if (positional === undefined) return []
  if (positional.kind === 'array') return [[argumentNames(positional)[0]!, positional.parameter.brief]]
  return positional.parameters.map((parameter, index): Row => {
    const fallback = parameter.default === undefined ? '' : ` (default: ${parameter.default})`
    return [argumentNames(positional)[index]!, `${parameter.brief}${fallback}`]
  })
}

function flagRows({ parameters: { flags = {}, aliases = {} } }: Command<Context>): Row[] {
  const own = Object.entries(flags).map(([name, flag]): Row => {
    const letter = letterOf(name, aliases)
    const start = letter === undefined ? '    ' : `-${letter}, `
    const fallback =
      'default' in flag && flag.default !== undefined && flag.kind !== 'boolean'
        ? ` (default: ${String(flag.default)})`
        : ''
    return [
      [`${start}${flagName(name)}`, valueOf(name, flag)].filter(Boolean).join(' '),
      `${flag.brief}${fallback}`,
    ]
  })
  return [...own, ['-h, --help', 'Print this help']]
}

function letterOf(name: string, aliases: NonNullable<Parameters['aliases']>): string | undefined {
  return Object.entries(aliases).find(([, target]) => target === name)?.[0]
}

function valueOf(name: string, flag: NonNullable<Parameters['flags']>[string]): string {
  if (flag.kind === 'boolean' || flag.kind === 'counter') return ''
  if (flag.kind === 'enum' && flag.placeholder === undefined) return flag.values.join('|')
  return placeholderOf(flag.placeholder ?? flagName(name).slice(2))
}

function placeholderOf(text = 'ARG'): string {
  return text.toUpperCase()
}

// Breaks the usage line between its parts, and lines them up behind the command.
function wrapUsage([command = '', ...parts]: readonly string[]): string {
  const margin = ' '.repeat('Usage: '.length + command.length)
  const lines = ['']
  for (const part of parts) {
    const line = `${lines.at(-1)} ${part}`
    if (margin.length + line.length > WIDTH && lines.at(-1) !== '') lines.push(` ${part}`)
    else lines[lines.length - 1] = line
  }
  return `${command}${lines.join(`\n${margin}`)}`
}
