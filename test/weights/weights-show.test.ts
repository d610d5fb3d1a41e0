import { closeSync, ftruncateSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { clone, gitdir, teams, temporaryFolder, type Ran, type TestRepo } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'
import { fixture } from './fixture.ts'
import { safetensorsFile, withHeader } from './safetensors-file.ts'

interface Shown {
  weights: { path: string; format: string; tensors: { name: string }[]; parameters: Record<string, number> }[]
}

async function shown(repo: TestRepo, spec: string): Promise<Shown['weights']> {
  const ran = await repo.model('weights', 'show', spec, '--json')
  expect(ran.stderr).toBe('')
  return (JSON.parse(ran.stdout) as Shown).weights
}

const one = (name: string): Buffer => safetensorsFile({ [name]: { dtype: 'F32', shape: [2], bytes: 8 } })

describe('git model weights show', () => {
  test('knows files, folders, revisions, models and runs', async () => {
    const { alice } = await teams({ '.gitmodel.yaml': 'models: {digits: {path: m/digits.safetensors}}\n' })
    await alice.commit(
      { 'm/digits.safetensors': one('first'), 'm/other.gguf': fixture('gguf/tiny.gguf') },
      'weights',
    )
    await alice.write('m/digits.safetensors', one('second'))
    const names = async (spec: string): Promise<string[][]> =>
      (await shown(alice, spec)).map(({ tensors }) => tensors.map(({ name }) => name))
    expect(await names('m/digits.safetensors')).toEqual([['second']])
    expect(await names('HEAD:m/digits.safetensors')).toEqual([['first']])
    expect(await names('digits')).toEqual([['second']])
    expect(await names('digits@HEAD')).toEqual([['first']])
    expect((await shown(alice, 'm')).map(({ path: file }) => file)).toEqual([
      'm/digits.safetensors',
      'm/other.gguf',
    ])
    const script = `require('fs').copyFileSync('m/digits.safetensors', 'm/out.safetensors')`
    await alice.model(
      'run',
      '-n',
      'third',
      '--output',
      'm/out.safetensors',
      '--',
      process.execPath,
      '-e',
      script,
    )
    expect((await shown(alice, 'third')).map(({ path: file }) => file)).toContain('m/out.safetensors')
  })

  test('shows a checkpoint with its shards, here and in a commit', async () => {
    const { alice } = await teams()
    await alice.commit({
      'llm/model-1.safetensors': one('a'),
      'llm/model-2.safetensors': one('b'),
      'llm/model.safetensors.index.json': JSON.stringify({
        weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' },
      }),
    })
    for (const spec of ['llm', 'llm/model.safetensors.index.json', 'HEAD:llm/model.safetensors.index.json']) {
      const [model, ...more] = await shown(alice, spec)
      expect(more).toEqual([])
      expect(model!.tensors.map(({ name }) => name)).toEqual(['a', 'b'])
    }
    rmSync(alice.path('llm/model-2.safetensors'))
    const ran = await alice.model('weights', 'show', 'llm/model.safetensors.index.json')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('names a shard that is not here: "model-2.safetensors"')
  })

  test('fetches what is not here, and nothing else', async () => {
    const { origin, alice } = await teams()
    await alice.commit({ 'a.safetensors': one('a'), 'b.safetensors': one('b') })
    await alice.git('push', '--quiet')
    const bob = await clone(origin)
    rmSync(bob.path('.git/lfs'), { recursive: true, force: true })
    await bob.exec('sh', ['-c', 'git cat-file blob HEAD:a.safetensors > a.safetensors'])
    const objects = async (): Promise<number> =>
      Number((await bob.exec('sh', ['-c', 'find .git/lfs/objects -type f 2>/dev/null | wc -l'])).stdout)
    expect(await objects()).toBe(0)
    for (const spec of ['a.safetensors', 'HEAD:a.safetensors']) {
      rmSync(bob.path('.git/lfs'), { recursive: true, force: true })
      const ran = await bob.model('weights', 'show', spec)
      expect(ran.stderr).toMatch(/^fetching a\.safetensors \(\d+ B\), which is not here\n$/)
      expect(ran.stdout).toContain('F32')
      expect(await objects()).toBe(1)
    }
    rmSync(bob.path('.git/lfs'), { recursive: true, force: true })
    rmSync(path.join(origin, 'lfs'), { recursive: true, force: true })
    const failed = await bob.model('weights', 'show', 'a.safetensors')
    expect(failed.exitCode).toBe(1)
    expect(failed.stderr).toContain('is not here and could not be fetched')
  })

  test('folds repeated layers, escapes names, and writes the rest in full', async () => {
    const repo = await gitdir()
    const layers = Object.fromEntries(
      Array.from({ length: 30 }, (_, layer) => [
        [`model.layers.${layer}.mlp.weight`, { dtype: 'BF16', shape: [4, 2], bytes: 16 }],
        [`model.layers.${layer}.mlp.bias`, { dtype: 'F32', shape: [4], bytes: 16 }],
      ]).flat(),
    )
    const evil = { 'x\u001b[31m\u202ered\nline': { dtype: 'F32', shape: [1], bytes: 4 } }
    const tensors = { ...evil, 'head.weight': { dtype: 'BF16', shape: [10, 4], bytes: 80 }, ...layers }
    await repo.write(
      'm.safetensors',
      safetensorsFile(tensors, { metadata: { format: 'pt', note: '\u001b]0;x\u0007' } }),
    )
    expect(formatTranscript(await repo.model('weights', 'show', 'm.safetensors'))).toMatchSnapshot()
    expect(
      (await repo.model('weights', 'show', '--all', 'm.safetensors')).stdout.match(/model\.layers/g),
    ).toHaveLength(60)
  })

  test.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /format +unknown/],
    [
      'a broken file',
      withHeader('{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 8),
      /8 bytes are missing/,
    ],
    ['a broken archive', fixture('torch/state-dict.pt').subarray(0, 1000), /weights-invalid|no end/],
  ])('says what is wrong with %s', async (_, content, message) => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'm.bin'), content)
    const repo = await gitdir()
    const ran: Ran = await repo.model('weights', 'show', path.join(folder, 'm.bin'))
    expect(ran.stdout + ran.stderr).toMatch(message)
    expect(ran.exitCode).toBe(content === '' ? 0 : 1)
  })

  test('says that there is nothing in a folder without weights', async () => {
    const repo = await gitdir({ 'src/train.py': 'print(1)\n' })
    const ran = await repo.model('weights', 'show', 'src')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('there are no weights in "src"')
  })

  test('reads the header of a file of 100 GB, and none of its data', async () => {
    const file = path.join(temporaryFolder(), 'huge.safetensors')
    const size = 100_000_000_000
    const header = Buffer.from(`{"a":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}}`)
    const prefix = Buffer.alloc(8)
    prefix.writeBigUInt64LE(BigInt(header.length))
    const descriptor = openSync(file, 'w')
    writeSync(descriptor, Buffer.concat([prefix, header]))
    ftruncateSync(descriptor, 8 + header.length + size)
    closeSync(descriptor)
    const repo = await gitdir()
    const ran = await repo.model('weights', 'show', file)
    expect(ran.stdout).toMatch(/parameters +100,000,000,000 U8/)
  })
})

describe('git model weights check', () => {
  const evil = Buffer.from('\u0080\u0002cposix\nsystem\nX\u0002\0\0\0id\u0085R.', 'latin1')

  test('names what is suspect, and exits with 1 where the repository refuses it', async () => {
    const { alice } = await teams()
    await alice.commit({
      'good.pt': fixture('torch/state-dict.pt'),
      'evil.pt': evil,
      'lambda.keras': fixture('keras/lambda.keras'),
    })
    expect(formatTranscript(await alice.model('weights', 'check'))).toMatchSnapshot()
    await alice.write('.gitmodel.yaml', 'weights: {pickle: deny}\n')
    const denied = await alice.model('weights', 'check', '--json')
    expect(denied.exitCode).toBe(1)
    const { ok, files } = JSON.parse(denied.stdout) as {
      ok: boolean
      files: { path: string; isDenied: boolean }[]
    }
    expect(ok).toBe(false)
    expect(files.filter(({ isDenied }) => isDenied).map((file) => file.path)).toEqual([
      'evil.pt',
      'lambda.keras',
    ])
    expect((await alice.model('weights', 'check', 'good.pt')).exitCode).toBe(0)
    await alice.write('cut.pkl', fixture('pickle/command.joblib').subarray(0, -1))
    expect((await alice.model('weights', 'check', 'cut.pkl')).stdout).toMatch(
      /unreadable +it imports posix\.system, joblib\..*; it ends inside/,
    )
    expect((await alice.model('weights', 'check', 'HEAD:evil.pt')).exitCode).toBe(1)
  })
})
