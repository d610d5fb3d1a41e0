import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeColors } from '../../src/cli/colors.ts'
import { isGroup, visible, type Target } from '../../src/cli/render/command-target.ts'
import { renderHelp } from '../../src/cli/render/help.ts'
import { chapters, routes } from '../../src/cli/routes.ts'

// docs/commands.md is what the program says of itself. After a change: npm test -- -u test/docs/commands.test.ts
const root = path.resolve(import.meta.dirname, '../..')
const helps = new Map(listCommands(routes, []))
const names = [...helps.keys()]

describe('the commands', () => {
  it('stand in docs/commands.md', async () => {
    const head = '# Commands\n\nWritten by a test, from what `git model COMMAND -h` says.\n'
    const sections = names.map(
      (name) => `## git model ${name}\n\n\`\`\`\n${helps.get(name)!.trim()}\n\`\`\`\n`,
    )
    await expect([head, ...sections].join('\n')).toMatchFileSnapshot(path.join(root, 'docs/commands.md'))
  })

  it.each(names)('%s has an example', (name) => {
    const [, examples = ''] = /^Examples:\n(.*)/ms.exec(helps.get(name)!) ?? []
    expect(examples).toMatch(new RegExp(`\\bgit model ${name}\\b`))
  })

  it.each(names)('%s says what it does, in a line and in full', (name) => {
    const [usage = '', brief = '', ...description] = helps.get(name)!.trim().split('\n\n')
    expect(usage).toMatch(/^Usage: git model /)
    expect(brief).toMatch(/^[A-Z][^\n]{7,70}[^.\n]$/)
    expect(description[0]).toMatch(/^(?!Flags:|Arguments:|Examples:)[A-Z].{30}/s)
  })

  it('show nothing of the commands that only hooks call, and no version', () => {
    expect(names.filter((name) => name.startsWith('hook'))).toEqual([])
    expect([...helps.values()].join('')).not.toMatch(/\d+\.\d+\.\d+/)
  })

  it('stand in the README, and no others', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
    const described = [...readme.matchAll(/^\| `git model (\w+)` \|/gm)].map(([, name]) => name!)
    const first = visible(routes).map(({ name }) => name)
    expect([...described].sort()).toEqual([...first].sort())
  })
})

it('docs/README.md lists the schema of every JSON answer, and no other', () => {
  const source = path.join(root, 'src/cli')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const code = files.map((file) => readFileSync(path.join(source, file), 'utf8')).join('')
  const answers = [...code.matchAll(/schema: '([a-z-]+\/v\d+)'/g)].map(([, schema]) => schema)
  const index = readFileSync(path.join(root, 'docs/README.md'), 'utf8')
  const listed = [...index.matchAll(/`([a-z-]+\/v\d+)`/g)].map(([, schema]) => schema)
  expect([...listed].sort()).toEqual([...new Set(answers)].sort())
})

function listCommands(target: Target, prefix: readonly string[]): [name: string, help: string][] {
  if (!isGroup(target)) return [[prefix.join(' '), renderHelp(target, prefix, chapters, makeColors(false))]]
  return visible(target).flatMap((entry) => listCommands(entry.target, [...prefix, entry.name]))
}
