import { buildCommand, buildRouteMap } from '@stricli/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/cli/context.ts'
import { readArguments } from '../../src/cli/read-arguments.ts'
import { routes } from '../../src/cli/routes.ts'
import { isModelError } from '../../src/domain/errors.ts'

function inputs(...args: string[]): readonly string[] {
  return readArguments(args, routes).inputs
}

function refusal(...args: string[]): string {
  try {
    readArguments(args, routes)
  } catch (error) {
    if (isModelError(error, 'argument-invalid')) return [error.message, ...error.hints].join('\n')
    throw error
  }
  throw new Error(`"${args.join(' ')}" was taken`)
}

describe('the flags of git model', () => {
  it('may stand anywhere, in every spelling that git knows', () => {
    const expected = ['log', '--param=lr=-1', '--step=-3', '--', 'a=1', 'loss=-0.5']
    expect(inputs('log', '-p', 'lr=-1', '--step', '-3', 'a=1', 'loss=-0.5')).toEqual(expected)
    expect(inputs('log', 'a=1', '-plr=-1', 'loss=-0.5', '--step=-3')).toEqual(expected)
    expect(inputs('log', '-p=lr=-1', '--step', '-3', '--', 'a=1', 'loss=-0.5')).toEqual(expected)
  })

  it('take values that are empty, have several lines or look like flags', () => {
    expect(inputs('log', '--note=')).toEqual(['log', '--note', '', '--'])
    expect(inputs('log', '--note=a\nb')).toEqual(['log', '--note', 'a\nb', '--'])
    expect(inputs('log', '--note', '-nothing-')).toEqual(['log', '--note=-nothing-', '--'])
  })

  it('are never taken for words, nor words for flags', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('-'))
    fc.assert(
      fc.property(fc.array(word), fc.array(fc.string()), (words, verbatim) => {
        expect(inputs('log', ...words, '--', ...verbatim)).toEqual(['log', '--', ...words, ...verbatim])
      }),
    )
  })

  it('reach the command that is to be run, and not us', () => {
    const all = ['--lr', '3', '-n', '--json', '--', '-h', '']
    expect(inputs('run', '-n', 'x', '--', ...all)).toEqual(['run', '--name=x', '--', ...all])
    expect(inputs('run', 'python', ...all)).toEqual(['run', '--', 'python', ...all])
    expect(readArguments(['run', 'python', '--json', '-h'], routes)).toMatchObject({
      json: false,
      asks: 'command',
    })
  })

  it('are refused where they are unknown or lack a value', () => {
    expect(refusal('runs', '--josn')).toBe(
      '"git model runs" has no flag "--josn"\ndid you mean: --json\ngit model runs -h',
    )
    expect(refusal('runs', '-json')).toContain('did you mean: --json')
    expect(refusal('log', '--art=x')).toContain('did you mean: --artifact')
    expect(refusal('runs', '--constructor', 'x')).toContain('has no flag "--constructor"')
    expect(refusal('runs', '-5')).toContain('has no flag "-5"')
    expect(refusal('--json')).toContain('"git model" has no flag "--json"')
    expect(refusal('runs', '--filter', '--json')).toBe('--filter needs a value\ngit model runs -h')
    expect(refusal('runs', '--filter')).toBe('--filter needs a value\ngit model runs -h')
    expect(refusal('runs', '--json=yes')).toBe('--json takes no value\ngit model runs -h')
    expect(refusal('run', '--lr', '3')).toContain('git model run -- COMMAND --flag')
  })

  it('may be batched letters, and negated where the command allows it', () => {
    const boolean = { kind: 'boolean', brief: 'x' } as const
    const parameters = {
      flags: { all: boolean, dryRun: boolean, name: { kind: 'parsed', parse: String, brief: 'x' } },
      aliases: { a: 'all', d: 'dryRun', n: 'name' },
    } as const
    type Flags = { all: boolean; dryRun: boolean; name: string }
    const go = buildCommand<Flags, [], Context>({ docs: { brief: 'x' }, parameters, func() {} })
    const own = buildRouteMap({ docs: { brief: 'x' }, routes: { go } })
    expect(readArguments(['go', '-adnx'], own).inputs).toEqual(['go', '--all', '--dry-run', '--name=x', '--'])
    expect(readArguments(['go', '--no-dry-run'], own).inputs).toEqual(['go', '--no-dry-run', '--'])
  })
})

describe('the commands of git model', () => {
  it('are found, or the one that was meant is named', () => {
    expect(refusal('rnu')).toBe(
      'there is no command "git model rnu"\ndid you mean: git model run\ngit model -h',
    )
    expect(refusal('card', 'shwo', 'x')).toContain('did you mean: git model card show')
    expect(refusal('track')).toContain('did you mean: git model weights track')
    expect(refusal('merge')).toBe(
      'there is no command "git model merge"\ndid you mean: git model weights merge\ngit model -h',
    )
    expect(refusal('push')).toContain('did you mean: git model sync')
    expect(refusal('constructor')).toBe('there is no command "git model constructor"\ngit model -h')
  })

  it('have help, asked for in every way', () => {
    for (const args of [[], ['-h'], ['--help'], ['help']])
      expect(readArguments(args, routes)).toMatchObject({ asks: 'help', path: [] })
    for (const args of [
      ['card', 'show', '-h'],
      ['help', 'card', 'show'],
      ['card', 'show', 'x', '--json', '--help'],
    ])
      expect(readArguments(args, routes)).toMatchObject({ asks: 'help', path: ['card', 'show'] })
    expect(readArguments(['card'], routes)).toMatchObject({ asks: 'help', path: ['card'] })
    expect(readArguments(['-v'], routes).asks).toBe('version')
  })
})
