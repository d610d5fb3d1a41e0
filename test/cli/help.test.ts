import type { Command } from '@stricli/core'
import { describe, expect, it } from 'vitest'
import { makeColors } from '../../src/cli/colors.ts'
import type { Context } from '../../src/cli/context.ts'
import { isGroup, visible, type Target } from '../../src/cli/render/command-target.ts'
import { renderHelp } from '../../src/cli/render/help.ts'
import { chapters, routes } from '../../src/cli/routes.ts'

const plain = makeColors(false)
const commands = listCommands(routes, [])

describe('every command', () => {
  it.each(commands)('git model %s is described', (name, command) => {
    const [text = '', examples = ''] = (command.fullDescription ?? '').split('Examples:\n')
    expect(command.brief).toMatch(/^[A-Z].{5,70}[^.]$/)
    expect(text.trim()).toMatch(/\w{2,}.*\.$/s)
    expect(examples).toContain(`git model ${name}`)
  })

  it.each(commands)('git model %s has flags and arguments that say what they are', (_, { parameters }) => {
    const { flags = {}, positional } = parameters
    const words = positional?.kind === 'array' ? [positional.parameter] : (positional?.parameters ?? [])
    for (const { brief } of [...Object.values(flags), ...words]) expect(brief).toMatch(/^\S.{2,}[^.]$/)
    for (const { placeholder } of words) expect(placeholder).toBeDefined()
  })

  it.each(commands)('git model %s has help that fits', (name, command) => {
    const lines = renderHelp(command, name.split(' '), chapters, plain).split('\n')
    const examples = lines.indexOf('Examples:')
    expect(lines.slice(0, examples).filter((line) => line.length > 115)).toEqual([])
    expect(lines[0]).toMatch(new RegExp(`^Usage: git model ${name}\\b`))
  })
})

it('every command stands in one chapter of the help', () => {
  const listed = chapters.flatMap((chapter) => chapter.commands)
  expect([...listed].sort()).toEqual(
    visible(routes)
      .map(({ name }) => name)
      .sort(),
  )
})

it('is coloured on request', () => {
  const help = renderHelp(routes, [], chapters, makeColors(true))
  expect(help).toContain('\u001b[1mUsage:\u001b[22m git model COMMAND')
  expect(help.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderHelp(routes, [], chapters, plain))
})

// Those that only the hooks call, too.
function listCommands(target: Target, path: readonly string[]): [name: string, command: Command<Context>][] {
  if (!isGroup(target)) return [[path.join(' '), target]]
  return target
    .getAllEntries()
    .flatMap((entry) => listCommands(entry.target, [...path, entry.name['convert-camel-to-kebab']]))
}
