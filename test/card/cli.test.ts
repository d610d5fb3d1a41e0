import { expect, test } from 'vitest'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'

const CONFIG = 'models:\n  digits: {path: models/digits.bin, card: required}\n'
const README = `---
# who may use it
license: mit   # checked by legal
language:
- no
---
# Digits

It reads digits.
`

const withModel = async (): Promise<TestRepo> =>
  gitdir({ '.gitmodel.yaml': CONFIG, 'models/digits.bin': 'first weights\n', 'sub/x': '' })

const editor = (script: string): { env: Record<string, string> } => ({ env: { GIT_EDITOR: script } })

test('a card is written, filled in, checked, and goes stale with the weights', async () => {
  const repo = await withModel()
  const story = [
    await repo.model('card', 'check'),
    await repo.model('card', 'new', 'digits'),
    await repo.model('card', 'new', 'digits'),
    await repo.model('card', 'set', 'digits', 'license=mit', 'tags+=no', 'card.identity.version=1.0'),
    await repo.model('card', 'show', 'digits'),
    await repo.model('card', 'check'),
  ]
  await repo.commit({ 'models/digits.bin': 'second weights\n' }, 'train again')
  story.push(
    await repo.model('card', 'check'),
    await repo.model('card', 'set', 'digits', 'license=apache-2.0'),
    await repo.model('card', 'new', 'digits'),
    await repo.model('card', 'check'),
    await repo.model('card', 'show', '--raw', 'digits'),
    await repo.model('card', 'show', '--raw', 'digits@HEAD~1'),
    await repo.model('card', 'history', 'digits'),
  )
  expect(story.map(formatTranscript).join('\n')).toMatchSnapshot()
})

test('the run that produced the weights says how they came to be', async () => {
  const repo = await gitdir({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', x: '' })
  await repo.git('lfs', 'install', '--local')
  const script = 'require("fs").writeFileSync("m.bin", Buffer.from([0, 1, 2]))'
  const ran = await repo.model(
    'run',
    '-n',
    'lr-1',
    '-p',
    'lr=0.1',
    '-p',
    'seed=7',
    '--output',
    'm.bin',
    '--',
    'node',
    '-e',
    script,
  )
  expect(ran).toMatchObject({ exitCode: 0 })
  await repo.model('log', '--run', 'lr-1', 'val/acc=0.91')
  expect(await repo.model('card', 'new', 'm.bin')).toMatchObject({ exitCode: 0 })
  const { card } = JSON.parse((await repo.model('card', 'show', '--json', 'm.bin')).stdout) as {
    card: Record<string, any>
  }
  expect(card).toMatchObject({
    license: 'unknown',
    card: {
      weights: [{ path: 'm.bin', size: 3, oid: expect.stringMatching(/^sha256:/) }],
      training: {
        run: expect.stringMatching(/^[0-9a-f]{40}$/),
        seed: 7,
        hyperparameters: { lr: 0.1, seed: 7 },
      },
      evaluation: [{ metric: { type: 'val/acc', value: 0.91 } }],
    },
  })
})

test('a README.md comes out as it came in, from wherever the user stands', async () => {
  const repo = await withModel()
  const crlf = `\uFEFF${README.replaceAll('\n', '\r\n')}`
  for (const readme of [README, crlf, 'no front matter']) {
    await repo.write('README.md', readme)
    expect(await repo.model('card', 'import', 'digits', 'README.md')).toMatchObject({ exitCode: 0 })
    const out = await repo.modelIn('sub', ['card', 'export', '../models/digits.bin', 'OUT.md', '--force'])
    expect(out).toMatchObject({ exitCode: 0, stderr: 'wrote OUT.md\n' })
    expect(await repo.bytes('sub/OUT.md')).toEqual(Buffer.from(readme))
    expect((await repo.model('card', 'export', 'digits')).stdout).toBe(readme)
  }
})

test('a README.md is not overwritten without being asked, and an edit of the card stays small', async () => {
  const repo = await withModel()
  await repo.write('README.md', README)
  await repo.model('card', 'import', 'digits', 'README.md')
  await repo.model('card', 'set', 'digits', 'license=no')
  const refused = await repo.model('card', 'export', 'digits', 'README.md')
  expect(formatTranscript(refused)).toMatchSnapshot()
  expect(await repo.read('README.md')).toBe(README)
  await repo.model('card', 'export', 'digits', 'README.md', '--force')
  expect(await repo.read('README.md')).toBe(README.replace('license: mit ', 'license: "no" '))
})

test('text that was edited is never lost', async () => {
  const repo = await withModel()
  await repo.model('card', 'new', 'digits')
  const at = (script: string): ReturnType<TestRepo['model']> =>
    repo.modelIn('.', ['card', 'edit', 'digits'], editor(script))
  const story = [
    await at('sed -i "s/^license:.*/license: [mit/"'),
    await at('true'),
    await at('sed -i "s/^license:.*/license: mit/"'),
    await at('true'),
    await at('false'),
    await at('sed -i "s/^license:.*/license: x/" "$1"; false'),
    await repo.modelIn('.', ['card', 'edit', '--discard', 'digits'], editor('true')),
  ]
  expect(story.map(formatTranscript).join('\n')).toMatchSnapshot()
})

test('what somebody else writes while the editor is open is merged', async () => {
  const repo = await withModel()
  await repo.model('card', 'new', 'digits')
  const meanwhile =
    'git-model card set digits pipeline_tag=other license=gpl-3.0 2>/dev/null >&2; sed -i s/license:.*/license:\\ mit/'
  const edited = await repo.modelIn('.', ['card', 'edit', 'digits'], editor(meanwhile))
  expect(formatTranscript(edited)).toMatchSnapshot()
  const checked = await repo.model('card', 'check')
  expect(checked).toMatchObject({ exitCode: 1 })
  expect(checked.stdout).toContain('"license" was changed to 2 different values')
  expect(await repo.model('card', 'set', 'digits', 'license=mit')).toMatchObject({
    stderr: expect.stringContaining('settled: license'),
  })
  expect(await repo.model('card', 'check')).toMatchObject({ exitCode: 0 })
})

test('what cannot be done is said, with what to type', async () => {
  const repo = await withModel()
  const story = [
    await repo.model('card', 'show', 'digits'),
    await repo.model('card', 'show', 'nothing'),
    await repo.model('card', 'set', 'digits', 'license=mit'),
  ]
  await repo.model('card', 'new', 'digits')
  await repo.write('bad.md', '---\nlicense: mit\ncard: x\n---\n')
  await repo.write('list.md', '---\nlicense: mit\ntags: {a: 1}\n---\n')
  await repo.write('latin.md', Buffer.from([0xfc]))
  story.push(
    await repo.model('card', 'set', 'digits'),
    await repo.model('card', 'set', 'digits', 'license'),
    await repo.model('card', 'set', 'digits', 'license='),
    await repo.model('card', 'set', 'digits', 'schema=x'),
    await repo.model('card', 'set', 'digits', 'identity.version=1'),
    await repo.model('card', 'set', 'digits', 'card.identity.nmae=x'),
    await repo.model('card', 'set', 'digits', 'licence=mit'),
    await repo.model('card', 'set', 'digits', 'card.weights=x'),
    await repo.model('card', 'set', 'digits', 'license.spdx=x'),
    await repo.model('card', 'set', 'digits', 'tags[3]=x'),
    await repo.model('card', 'import', 'digits', 'bad.md'),
    await repo.model('card', 'import', 'digits', 'list.md'),
    await repo.model('card', 'import', 'digits', 'latin.md'),
    await repo.model('card', 'import', 'digits', 'absent.md'),
    await repo.model('card', 'export', 'digits', 'no/such/folder.md'),
  )
  expect(story.map(formatTranscript).join('\n')).toMatchSnapshot()
})

test('a note that is no card is kept, shown and mended by hand; a newer one is left alone', async () => {
  const repo = await withModel()
  const target = await repo.git('rev-parse', 'HEAD:models/digits.bin')
  const note = async (text: string): Promise<void> => {
    await repo.write('note', text)
    const blob = await repo.git('hash-object', '-w', 'note')
    await repo.git('notes', '--ref=model/cards', 'add', '-f', '-C', blob, target)
  }
  await note('license: [\u001B[31m\n')
  const story = [
    await repo.model('card', 'show', 'digits'),
    await repo.model('card', 'check'),
    await repo.model('card', 'set', 'digits', 'a=1'),
  ]
  await note('---\nschema: card/v9\nlicense: {spdx: MIT}\n')
  story.push(
    await repo.model('card', 'show', 'digits'),
    await repo.model('card', 'check'),
    await repo.model('card', 'set', 'digits', 'a=1'),
  )
  await note('---\nschema: card/v1\nlicense: mit\n---\nschema: card/v1\nlicense: mit\ntags: [a]\n')
  story.push(await repo.model('card', 'check'), await repo.model('card', 'show', '--raw', 'digits'))
  expect(story.map(formatTranscript).join('\n')).toMatchSnapshot()
  expect(story.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain('\u001B')
})

test('control characters in a card do not reach the terminal', async () => {
  const repo = await withModel()
  await repo.write('README.md', '---\nlicense: "\\e[31m"\n"k\\x9By": "\\u202E"\n---\n\u001B]0;title\u0007\n')
  await repo.model('card', 'import', 'digits', 'README.md')
  await repo.model('card', 'set', 'digits', 'card.identity.overview=\u001B[2J')
  for (const args of [
    ['show', 'digits'],
    ['history', 'digits'],
    ['check', 'digits'],
    ['set', 'digits', 'a=\u001B[1m'],
  ]) {
    const { stdout, stderr } = await repo.model('card', ...args)
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/)
  }
})

test('two clones that change one field both keep it, and whoever settles it settles it for both', async () => {
  const alice = await withModel()
  const origin = temporaryFolder()
  await alice.git('clone', '--quiet', '--bare', '.', `${origin}/origin.git`)
  await alice.git('remote', 'add', 'origin', `${origin}/origin.git`)
  await alice.model('card', 'new', 'digits')
  await alice.model('sync')
  const bob = await clone(`${origin}/origin.git`)
  const story = [await bob.model('card', 'show', 'digits')]
  await bob.model('sync')
  await alice.model('card', 'set', 'digits', 'license=mit', 'card.identity.owners+=Ada', 'tags+=a')
  await bob.model('card', 'set', 'digits', 'license=gpl-3.0', 'card.identity.version=2', 'tags+=b')
  for (const repo of [alice, bob, alice]) expect(await repo.model('sync')).toMatchObject({ exitCode: 0 })
  const texts = await Promise.all(
    [alice, bob].map(async (repo) => (await repo.model('card', 'show', '--raw', 'digits')).stdout),
  )
  expect(texts[0]).toBe(texts[1])
  story.push(await bob.model('card', 'check'), await bob.model('card', 'set', 'digits', 'license=mit'))
  await bob.model('sync')
  await alice.model('sync')
  story.push(await alice.model('card', 'check'), await alice.model('card', 'show', '--raw', 'digits'))
  expect(story.map(formatTranscript).join('\n')).toMatchSnapshot()
})
