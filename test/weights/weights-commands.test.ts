import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { clone, gitdir, teams } from '../support/repo.ts'
import { formatTranscript } from '../support/transcript.ts'

describe('git model weights track', () => {
  test('routes patterns, keeps comments, and says what is next', async () => {
    const repo = await gitdir({
      'old.bin': 'weights',
      '.gitmodel.yaml': '# ours\nweights:\n  patterns: ["*.pt"] # mine\n',
    })
    const ran = await repo.model('weights', 'track', '*.bin', 'my models/**')
    expect(formatTranscript(ran)).toMatchSnapshot()
    expect(await repo.read('.gitmodel.yaml')).toBe(
      '# ours\nweights:\n  patterns: ["*.pt", "*.bin", "my models/**"] # mine\n',
    )
    expect(await repo.git('check-attr', 'filter', 'x/y.bin', 'my models/z')).toBe(
      'x/y.bin: filter: lfs\nmy models/z: filter: lfs',
    )
    await repo.git('add', '--renormalize', '--', 'old.bin')
    expect(await repo.git('show', ':old.bin')).toContain('git-lfs.github.com')
    expect((await repo.model('weights', 'track', '*.bin')).stderr).toContain('tracked already')
  })

  test.each(['', ' a', '!a', '#a', './a', 'models/', 'a\nb'])('refuses %j', async (pattern) => {
    const repo = await gitdir()
    const ran = await repo.model('weights', 'track', pattern)
    expect(ran.exitCode).toBe(2)
    expect(ran.stderr).toContain('is no pattern')
    expect(await repo.git('status', '--porcelain')).toBe('')
  })

  test('does not touch a .gitmodel.yaml that is wrong', async () => {
    const repo = await gitdir({ '.gitmodel.yaml': 'weights: [\n' })
    const ran = await repo.model('weights', 'track', '*.bin')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('line 2')
    expect(await repo.git('status', '--porcelain')).toBe('')
  })
})

describe('git model weights status', () => {
  test('says how every weight file stands', async () => {
    const { origin, alice } = await teams({ 'raw.dat': Buffer.alloc(6_000_000, 0) })
    await alice.commit({
      '.gitmodel.yaml': 'models: {digits: {path: models/digits.pt}}\n',
      'models/digits.pt': 'weights',
      'pushed.pt': 'pushed',
      'text.txt': 'text',
    })
    await alice.git('push', '--quiet')
    await alice.commit({ 'a b ü.pt': 'unpushed' })
    await alice.write('new.pt', 'untracked')
    await alice.write('models/digits.pt', 'newer weights')
    expect(formatTranscript(await alice.model('weights', 'status'))).toMatchSnapshot()
    const answer = JSON.parse((await alice.model('weights', 'status', '--json')).stdout) as {
      schema: string
      files: { path: string }[]
      large: unknown
    }
    expect(answer.schema).toBe('weights-status/v1')
    expect(answer.large).toEqual([{ path: 'raw.dat', size: 6_000_000 }])

    const bob = await clone(origin)
    await bob.git('lfs', 'uninstall', '--local')
    rmSync(bob.path('.git/lfs'), { recursive: true, force: true })
    await bob.exec('sh', ['-c', 'git cat-file blob HEAD:pushed.pt > pushed.pt'])
    const { stdout, stderr } = await bob.model('weights', 'status')
    expect(stdout).toMatch(/pushed\.pt +6 B +LFS +not here/)
    expect(stderr).toContain('git lfs pull')
  })

  test('answers where there is nothing', async () => {
    const repo = await gitdir({})
    expect((await repo.model('weights', 'status')).stdout).toBe('no weight files\n')
  })
})
