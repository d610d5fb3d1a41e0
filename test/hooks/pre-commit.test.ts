import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pathWithout } from '../init/path-without.ts'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'
import { fixture } from '../weights/fixture.ts'
import { zipOf } from '../weights/zip-file.ts'

// As git add stages where git-lfs was not set up.
const RAW = ['-c', 'filter.lfs.process=', '-c', 'filter.lfs.clean=cat', '-c', 'filter.lfs.required=false']

async function setUp(files: Record<string, string | Buffer> = {}): Promise<TestRepo> {
  const repo = await gitdir()
  await repo.model('init')
  await repo.commit(files, 'set up')
  return repo
}

const binary = (size: number): Buffer => Buffer.alloc(size, '\u0000\u0001\u0002', 'latin1')
const commit = (repo: TestRepo, ...args: string[]) => repo.exec('git', ['commit', '-m', 'change', ...args])

describe('weights that are staged as content', () => {
  test.each([['a plain commit'], ['commit --all', '--all'], ['commit --amend', '--amend']])(
    'go through LFS in %s',
    async (_, ...args) => {
      const repo = await setUp()
      await repo.write('models/a "b" ü.safetensors', binary(200_000))
      await repo.git(...RAW, 'add', '--all')
      expect(await repo.git('cat-file', '-s', ':models/a "b" ü.safetensors')).toBe('200000')
      const ran = await commit(repo, ...args)
      expect(ran).toMatchObject({ exitCode: 0 })
      expect(await repo.git('lfs', 'ls-files', '--name-only')).toContain('a "b" ü.safetensors')
      expect(await repo.git('status', '--porcelain')).toBe('')
      expect(await repo.git('lfs', 'fsck')).toContain('OK')
    },
  )

  test('are what was staged, not what the work tree has now', async () => {
    const repo = await setUp()
    await repo.write('a.pt', 'staged')
    await repo.git(...RAW, 'add', 'a.pt')
    await repo.write('a.pt', 'newer')
    const ran = await commit(repo)
    expect(ran.stderr).toContain('sent through Git LFS: a.pt')
    expect(await repo.git('show', 'HEAD:a.pt')).toContain('size 6')
    expect(await repo.read('a.pt')).toBe('newer')
    expect(await repo.git('status', '--porcelain')).toBe('M a.pt')
  })

  test('stop a partial commit, with the command that mends it', async () => {
    const repo = await setUp({ 'a.pt': 'old', 'b.txt': 'b' })
    await repo.write('a.pt', 'new')
    await repo.write('b.txt', 'staged too')
    await repo.git('add', 'b.txt')
    const ran = await repo.exec('git', [...RAW, 'commit', '-m', 'partial', 'a.pt'])
    expect(formatTranscript({ ...ran, command: 'git commit a.pt' })).toMatchSnapshot()
    await repo.git('add', '--renormalize', '--', 'a.pt')
    expect((await commit(repo)).exitCode).toBe(0)
    expect(await repo.git('show', 'HEAD:a.pt')).toContain('git-lfs.github.com')
  })

  test('go through LFS in a linked work tree', async () => {
    const repo = await setUp()
    const linked = path.join(temporaryFolder(), 'linked tree')
    await repo.git('worktree', 'add', '--quiet', '-b', 'linked', linked)
    await repo.exec('sh', ['-c', 'printf weights > a.pt'], { cwd: linked })
    await repo.exec('git', [...RAW, 'add', 'a.pt'], { cwd: linked })
    expect((await repo.exec('git', ['commit', '-m', 'x'], { cwd: linked })).stderr).toContain(
      'sent through Git LFS',
    )
    expect(await repo.git('show', 'linked:a.pt')).toContain('git-lfs.github.com')
  })

  test('on a branch without commits go through LFS too', async () => {
    const repo = await gitdir({})
    await repo.model('init')
    await repo.write('a.pt', 'weights')
    await repo.git(...RAW, 'add', '--all')
    expect((await commit(repo)).exitCode).toBe(0)
    expect(await repo.git('show', 'HEAD:a.pt')).toContain('git-lfs.github.com')
  })

  test('stop where .gitmodel.yaml names them and .gitattributes does not, until they are tracked', async () => {
    const repo = await setUp({ '.gitmodel.yaml': 'weights: {patterns: ["*.bin"]}\n' })
    await repo.write('a.bin', 'weights')
    await repo.git('add', '--all')
    const stopped = await commit(repo)
    expect(formatTranscript({ ...stopped, command: 'git commit' })).toMatchSnapshot()
    expect((await repo.exec('sh', ['-c', hintOf(stopped.stderr)])).exitCode).toBe(0)
    expect((await commit(repo)).exitCode).toBe(0)
    expect(await repo.git('show', 'HEAD:a.bin')).toContain('git-lfs.github.com')
  })

  test('stop where the .gitattributes that routes them is not staged', async () => {
    const repo = await setUp()
    await repo.write('a.bin', 'weights')
    await repo.git('add', '--all')
    await repo.model('weights', 'track', '*.bin')
    const stopped = await commit(repo)
    expect(stopped.stderr).toContain('the .gitattributes that says so is not staged')
    expect((await repo.exec('sh', ['-c', hintOf(stopped.stderr)])).exitCode).toBe(0)
    expect((await commit(repo)).exitCode).toBe(0)
  })
})

describe('a large binary outside LFS', () => {
  test('stops the commit, and the hint mends it', async () => {
    const repo = await setUp()
    await repo.write('data/train set.dat', binary(5_000_001))
    await repo.git('add', '--all')
    const stopped = await commit(repo)
    expect(formatTranscript({ ...stopped, command: 'git commit' })).toMatchSnapshot()
    expect((await repo.exec('sh', ['-c', hintOf(stopped.stderr)])).exitCode).toBe(0)
    expect(await commit(repo)).toMatchObject({ exitCode: 0 })
    expect(await repo.git('show', 'HEAD:data/train set.dat')).toContain('git-lfs.github.com')
    expect(await repo.git('status', '--porcelain')).toBe('')
  })

  test('is judged by content and by weights.largest', async () => {
    const repo = await setUp({ '.gitmodel.yaml': 'weights: {largest: 150 kB}\n' })
    await repo.write('not-text.txt', binary(150_001))
    await repo.write('small.dat', binary(150_000))
    await repo.write('text.dat', 'a,b\n'.repeat(100_000))
    await repo.git('add', '--all')
    const stopped = await commit(repo)
    expect(stopped.stderr).toContain('error: not-text.txt is a binary of 150 kB')
    expect(stopped.stderr).toContain('warning: text.dat is 400 kB of text')
    expect(stopped.stderr).not.toContain('small.dat')
    await repo.git('rm', '--quiet', '--cached', 'not-text.txt')
    expect((await commit(repo)).exitCode).toBe(0)
  })

  test('is not stopped where nobody set git-model up', async () => {
    const repo = await gitdir()
    await repo.write('a.dat', binary(6_000_000))
    await repo.git('add', '--all')
    expect((await commit(repo)).exitCode).toBe(0)
  })
})

test('an invalid .gitmodel.yaml stops with line and column, as it is staged', async () => {
  const repo = await setUp()
  await repo.write('.gitmodel.yaml', 'metrics:\n  acc: {goal: up}\nmodls: {}\n')
  await repo.git('add', '--all')
  await repo.write('.gitmodel.yaml', '{}\n')
  const stopped = await commit(repo)
  expect(formatTranscript({ ...stopped, command: 'git commit' })).toMatchSnapshot()
  await repo.git('add', '--all')
  expect((await commit(repo)).exitCode).toBe(0)
})

describe('a pickle', () => {
  const evil = '\u0080\u0002cposix\nsystem\nX\u0002\0\0\0id\u0085R.'

  test('that runs a command is warned of, and denied where the repository says so, whatever its name', async () => {
    const repo = await setUp()
    await repo.write('a.pt', zipOf([{ name: 'archive/data.pkl', content: Buffer.from(evil, 'latin1') }]))
    await repo.write('b.safetensors', Buffer.from('\u0080\u0004\u0095\u0002\0\0\0\0\0\0\0}\u00ff.', 'latin1'))
    await repo.git('add', '--all')
    const warned = await commit(repo)
    expect(formatTranscript({ ...warned, stdout: '', command: 'git commit' })).toMatchSnapshot()
    await repo.write('.gitmodel.yaml', 'weights: {pickle: deny}\n')
    await repo.write('c.pkl', Buffer.from(evil, 'latin1'))
    await repo.git('add', '--all')
    const denied = await commit(repo)
    expect(denied.exitCode).toBe(1)
    expect(denied.stderr).toContain('error: c.pkl is a Python pickle (pickle) that imports posix.system')
    await repo.write('.gitmodel.yaml', 'weights: {pickle: allow}\n')
    await repo.git('add', '--all')
    expect((await commit(repo)).stderr).not.toContain('pickle')
  })

  test('that reaches out is told first, by what it reaches out with', async () => {
    const repo = await setUp()
    await repo.write('a.joblib', fixture('pickle/estimator.joblib'))
    await repo.write('b.joblib', fixture('pickle/command.joblib'))
    await repo.write('c.pkl', fixture('pickle/command-4.pkl').subarray(0, -1))
    await repo.git('add', '--all')
    const ran = await commit(repo)
    expect(formatTranscript({ ...ran, stdout: '', command: 'git commit' })).toMatchSnapshot()
  })

  test('that imports only what tensors need passes, through Git LFS or not', async () => {
    const repo = await setUp({ '.gitmodel.yaml': 'weights: {pickle: deny}\n' })
    await repo.write('a.pt', fixture('torch/state-dict.pt'))
    await repo.write('raw.pickle.dat', fixture('pickle/simple.pkl'))
    await repo.write('plain.pkl', fixture('pickle/plain-4.pkl'))
    await repo.write('objects.npy', fixture('numpy/object.npy'))
    await repo.git('add', '--all')
    const ran = await commit(repo)
    expect(ran.stderr).not.toContain('pickle')
    expect(ran.exitCode).toBe(0)
  })
})

describe('weights that were written while a run went on', () => {
  const train = (repo: TestRepo, ...args: string[]) =>
    repo.model('run', '--name', 'trained', ...args, '--', 'sh', '-c', 'mkdir -p m && date +%N >m/a.pt')

  test('and that no run keeps are told, with the command that ties them to it', async () => {
    const repo = await setUp()
    expect((await train(repo)).exitCode).toBe(0)
    await repo.git('add', '--all')
    const ran = await commit(repo)
    expect(formatTranscript({ ...ran, stdout: '', command: 'git commit' })).toMatchSnapshot()
    const typed = await repo.exec('sh', ['-c', hintOf(ran.stderr).replace(/ {3}\(.*/, '')])
    expect(typed).toMatchObject({ exitCode: 0 })
    expect((await repo.model('show', 'HEAD')).stdout).toContain('trained')
    await repo.git('reset', '--quiet', '--soft', 'HEAD^')
    expect(await commit(repo)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('are nothing to tell where a run keeps them, or they were written before or after', async () => {
    const repo = await setUp()
    await repo.write('before.pt', 'before')
    await train(repo, '--output', 'm')
    await repo.write('after.pt', 'after')
    await repo.git('add', '--all')
    expect(await commit(repo)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test("are nothing to tell where the run is a teammate's", async () => {
    const repo = await setUp()
    await train(repo)
    await repo.git('add', '--all')
    const bob = await commit(repo, '--author', 'Bob <bob@example.org>')
    expect(bob).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('are told once, by their folder, and of each run that it may have been', async () => {
    const repo = await setUp()
    const write = 'mkdir -p m/deep && for i in 1 2 3 4 5 6; do echo $i >m/deep/$i.pt; done'
    const nested = ['git', 'model', 'run', '--name', 'inner', '--', 'sh', '-c', write]
    expect((await repo.model('run', '--name', 'outer', '--', ...nested)).exitCode).toBe(0)
    await repo.git('add', '--all')
    const { stderr } = await commit(repo)
    expect(stderr.match(/^hint/gm)).toHaveLength(1)
    expect(stderr).toContain('m/deep/1.pt was written while 2 runs went on, and is no output of any run')
    expect(hintOf(stderr)).toMatch(
      /^git model log --run [0-9a-f]{12} --output m\/deep {3}\(or --run [0-9a-f]{12}; before or after the commit\)$/,
    )
  })
})

test('a model that needs a card and gets new weights is warned of', async () => {
  const repo = await setUp({
    '.gitmodel.yaml':
      'models:\n  digits: {path: models/digits.safetensors, card: required}\n  folder: {path: parts, card: required}\n',
  })
  await repo.write('models/digits.safetensors', 'weights')
  await repo.write('parts/one.pt', 'weights')
  await repo.git('add', '--all')
  const ran = await commit(repo)
  expect(ran.exitCode).toBe(0)
  expect(ran.stderr).toContain('the weights of digits change, and the new ones have no card yet')
  expect(ran.stderr).toContain('the weights of folder change')
  expect(ran.stderr).toContain('git model card new digits')
})

test('without git-lfs a commit of weights stops, and what is staged stays staged', async () => {
  const repo = await setUp()
  await repo.write('a.pt', 'weights')
  await repo.git(...RAW, 'add', '--all')
  const ran = await repo.exec('git', [...RAW, 'commit', '-m', 'x'], { env: { PATH: pathWithout('git-lfs') } })
  expect(ran.exitCode).toBe(1)
  expect(ran.stderr).toContain('error: git-lfs is not installed')
  expect(ran.stderr).toContain('hint: sudo apt-get install git-lfs')
  expect(await repo.git('cat-file', '-p', ':a.pt')).toBe('weights')
})

function hintOf(stderr: string): string {
  return /^hint: (.*)$/m.exec(stderr)![1]!
}
