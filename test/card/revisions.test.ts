import { beforeEach, expect, test } from 'vitest'
import { gitdir, type TestRepo } from '../support/repo.ts'

const MODEL = 'models/net.safetensors'
const CONFIG = 'models:\n  net: {path: models/net.safetensors}\n'

let repo: TestRepo

// Three versions of a model: HEAD~2 without a card, HEAD~1, and HEAD, which the work tree has too.
beforeEach(async () => {
  repo = await gitdir({ '.gitmodel.yaml': CONFIG, [MODEL]: weights(0) })
  await repo.commit({ [MODEL]: weights(1) })
  await repo.commit({ [MODEL]: weights(2) })
})

function weights(spaces: number): string {
  return `${String.fromCodePoint(2 + spaces)}\0\0\0\0\0\0\0{}${' '.repeat(spaces)}`
}

/** The commands on cards that were printed, to be typed. */
async function printed(...args: string[]): Promise<string[]> {
  const { stdout, stderr } = await repo.model(...args)
  return [...(stdout + stderr).matchAll(/git model (card \w+ \S+)/g)].map(([, command]) => command!)
}

async function type(command: string): Promise<void> {
  const ran = await repo.exec('sh', ['-c', `git model ${command}`])
  expect(ran.exitCode, ran.stderr).toBe(0)
}

async function stateOf(spec: string): Promise<unknown> {
  const { checks } = JSON.parse((await repo.model('card', 'check', '--json', spec)).stdout) as {
    checks: { state: string }[]
  }
  return checks[0]!.state
}

test('the card of an earlier version is written and shown by the commands that are printed', async () => {
  const [write, ...others] = await printed('show', 'net@HEAD~2')
  expect([write, ...others]).toEqual(['card new net@HEAD~2'])
  expect(await printed('card', 'check', 'net@HEAD~2')).toEqual([write])
  expect(await printed('card', 'show', 'net@HEAD~2')).toEqual([write])
  await type(write!)
  expect(await stateOf('net@HEAD~2')).toBe('current')
  expect(await stateOf('net')).toBe('stale')
  expect(await printed('show', 'net@HEAD~2')).toEqual(['card show net@HEAD~2'])
  expect(await printed('show', 'model:net@HEAD~2')).toEqual(['card show net@HEAD~2'])
  await type('card show net@HEAD~2')
})

test('a stale card of an earlier version is renewed by the command that is printed', async () => {
  await type('card new net@HEAD~2')
  const [renew] = await printed('show', 'net@HEAD~1')
  expect(renew).toBe('card new net@HEAD~1')
  expect(await printed('card', 'show', 'net@HEAD~1')).toEqual([renew])
  await type(renew!)
  expect(await stateOf('net@HEAD~1')).toBe('current')
  expect(await stateOf('net')).toBe('stale')
  expect((await printed('show', MODEL))[0]).toBe('card new net')
})

test('what is wrong with the card of an earlier version is mended there', async () => {
  await type('card new net@HEAD~2')
  const blob = await repo.git('rev-parse', `HEAD~2:${MODEL}`)
  const note = async (text: string): Promise<string> =>
    repo.git('notes', '--ref=model/cards', 'add', '--force', '--message', text, blob)
  const conflict = '{field: license, values: [a, b]}'
  await note(`---\nschema: card/v1\nlicense: a\ncard: {conflicts: [${conflict}], body: ""}`)
  expect(await printed('card', 'show', 'net@HEAD~2')).toEqual([
    'card check net@HEAD~2',
    'card resolve net@HEAD~2',
  ])
  expect(await printed('card', 'check', 'net@HEAD~2')).toEqual(['card resolve net@HEAD~2'])
  await type('card resolve net@HEAD~2 --take 2')
  await note('---\nno: [yaml')
  expect(await printed('show', 'net@HEAD~2')).toEqual(['card edit net@HEAD~2'])
  await note('---\nschema: card/v9\n')
  expect(await printed('card', 'set', 'net@HEAD~2', 'license=mit')).toEqual(['card show net@HEAD~2'])
})

test('of weights in git itself and of no weights, what to do is said of the version that was asked for', async () => {
  expect((await repo.model('show', 'net@HEAD~2')).stdout).toContain(
    `10 B in git itself, not in Git LFS, in this commit; from now on: git model weights track ${MODEL}\n`,
  )
  await repo.git('rm', '--quiet', MODEL)
  await repo.git('commit', '--quiet', '-m', 'no weights')
  const { stdout } = await repo.model('show', 'net@HEAD')
  expect(stdout).toContain(
    `absent in this commit; others brought or changed it: git log --oneline -- :/${MODEL}\n`,
  )
})
