import { describe, expect, it } from 'vitest'
import { renderComparisonMarkdown } from '../../src/cli/render/comparison/markdown.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'
import { makeReview } from './reviews.ts'

const FILE = 'models/my net.safetensors'

function weights(spaces: number): string {
  return `${String.fromCodePoint(2 + spaces)}\0\0\0\0\0\0\0{}${' '.repeat(spaces)}`
}

/** Three versions of a model; the first, HEAD~2, has a card. */
async function changed(name: string): Promise<TestRepo> {
  const models = name === FILE ? '{}' : `{"${name}": {path: "${FILE}", card: required}}`
  const repo = await gitdir({
    '.gitmodel.yaml': `models: ${models}\n`,
    '.gitattributes': '*.safetensors filter=lfs diff=lfs merge=lfs -text\n',
    [FILE]: weights(0),
  })
  expect((await repo.model('card', 'new', name)).exitCode).toBe(0)
  for (const spaces of [1, 2]) await repo.commit({ [FILE]: weights(spaces) })
  return repo
}

/** What is printed to be typed, behind these words. */
async function printed(repo: TestRepo, words: string, ...args: string[]): Promise<string | undefined> {
  const { stdout } = await repo.model('diff', 'HEAD~2', 'HEAD~1', ...args)
  return stdout.split(words)[1]?.split(/[`\n]/)[0]
}

describe.each([
  ['a model with a name', 'net'],
  ['one whose name has to be quoted', "my net's"],
  ['one that .gitmodel.yaml does not name', FILE],
])('the command that writes the card of changed weights: %s', (_, name) => {
  it.each([
    ['text', 'none for these weights: '],
    ['md', 'none for these weights: `'],
  ])('is right as it is printed: %s', async (format, words) => {
    const repo = await changed(name)
    const command = await printed(repo, words, '--format', format)
    const typed = await repo.exec('sh', ['-c', command!])
    expect(typed.exitCode, `${command}: ${typed.stderr}`).toBe(0)
    expect((await repo.model('card', 'check', `${name}@HEAD~1`)).exitCode).toBe(0)
    expect((await repo.model('card', 'check', name)).exitCode).toBe(1)
    expect(await printed(repo, 'card', '--format', format)).not.toContain('none for these weights')
  })
})

it('the gate prints it as well', async () => {
  const repo = await changed("my net's")
  const command = await printed(repo, 'have no card: ', '--gate')
  const typed = await repo.exec('sh', ['-c', command!])
  expect(typed.exitCode, `${command}: ${typed.stderr}`).toBe(0)
  expect((await repo.model('card', 'check', "my net's@HEAD~1")).exitCode).toBe(0)
})

it('none is printed of a name that would end the code of the Markdown', () => {
  const model = { name: 'a`;touch pwned;`', path: 'm', files: [{ path: 'm', oid: 'a'.repeat(64), size: 1 }] }
  const review = makeReview({ models: [{ ...model, card: {} }] }, { models: [model] })
  expect(renderComparisonMarkdown(review)).toContain('- card: none for these weights\n')
})

it('none is printed where the weights are gone too', () => {
  const model = { name: 'a', path: 'm', files: [{ path: 'm', oid: 'a'.repeat(64), size: 1 }], card: {} }
  expect(renderComparisonMarkdown(makeReview({ models: [model] }, {}))).toContain(
    '- card: gone with the weights\n',
  )
})
