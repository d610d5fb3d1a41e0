import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { snapshot } from '../init/snapshot.ts'
import { gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const husky = path.resolve(import.meta.dirname, '../../node_modules/husky/bin.js')

/** What `npm install` does in a project whose `prepare` script is husky. */
async function installHusky(repo: TestRepo): Promise<void> {
  const ran = await repo.exec(process.execPath, [husky])
  expect(ran.exitCode, ran.stdout + ran.stderr).toBe(0)
}

/** A repository with husky and a remote. Its hooks write down their arguments and their standard input. */
async function withHusky(): Promise<TestRepo> {
  const trace = (name: string, more = '') => `echo "${name} $*" >> .git/trace\n${more}[ ! -e .git/refuse ]\n`
  const repo = await gitdir({
    '.husky/pre-commit': trace('pre-commit'),
    '.husky/commit-msg': trace('commit-msg'),
    '.husky/pre-push': trace('pre-push', 'cat >> .git/trace\n'),
    '.husky/post-checkout': trace('post-checkout'),
    '.husky/post-rewrite': trace('post-rewrite', 'cat >> .git/trace\n'),
  })
  const origin = path.join(temporaryFolder(), 'origin.git')
  await repo.git('init', '--quiet', '--bare', origin)
  await repo.git('remote', 'add', 'origin', origin)
  return repo
}

async function traced(repo: TestRepo): Promise<string[]> {
  const lines = (await repo.read('.git/trace')).trimEnd().split('\n')
  rmSync(repo.path('.git/trace'))
  return lines
}

async function expectAll(repo: TestRepo): Promise<void> {
  const zero = '0'.repeat(40)
  const before = await repo.git('rev-parse', 'HEAD')
  const branch = `branch-${before.slice(0, 7)}`
  await repo.git('switch', '--quiet', '--create', branch)
  const commit = await repo.commit({ 'a.pt': before })
  const amended = await repo
    .git('commit', '--quiet', '--amend', '-m', 'b')
    .then(() => repo.git('rev-parse', 'HEAD'))
  const ran = await repo.model('run', '--', 'true')
  expect(ran.exitCode, ran.stderr).toBe(0)
  const pushed = await repo.exec('git', ['push', 'origin', branch])
  expect(pushed.stderr).toContain('sent 1 run')
  const url = await repo.git('remote', 'get-url', 'origin')
  expect(await traced(repo)).toEqual([
    `post-checkout ${before} ${before} 1`,
    'pre-commit ',
    'commit-msg .git/COMMIT_EDITMSG',
    'pre-commit ',
    'commit-msg .git/COMMIT_EDITMSG',
    'post-rewrite amend',
    `${commit} ${amended}`,
    `pre-push origin ${url}`,
    `refs/heads/${branch} ${amended} refs/heads/${branch} ${zero}`,
  ])
  await repo.write('.git/refuse', '')
  expect((await repo.exec('git', ['commit', '--allow-empty', '-m', 'no'])).exitCode).toBe(1)
  expect((await repo.exec('git', ['push', 'origin', 'HEAD:refs/heads/other'])).exitCode).toBe(1)
  rmSync(repo.path('.git/refuse'))
  await traced(repo)
}

describe('husky', () => {
  test('keeps its hooks, before git-model and again over it, and gets them back as they were', async () => {
    const repo = await withHusky()
    await installHusky(repo)
    expect(await repo.git('config', 'core.hooksPath')).toBe('.husky/_')
    const alone = snapshot(repo.path('.husky'))
    await repo.model('init')
    await expectAll(repo)
    await installHusky(repo)
    const ill = await repo.model('doctor')
    expect(ill.exitCode).toBe(1)
    expect(ill.stdout).toContain('pre-commit was overwritten')
    expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
    await expectAll(repo)
    await repo.model('init', '--remove')
    expect(snapshot(repo.path('.husky'))).toEqual(alone)
  })

  test('that comes after git-model leads git away from its hooks, until that is mended', async () => {
    const repo = await withHusky()
    const untouched = snapshot(repo.path('.git/hooks'))
    await repo.model('init')
    await installHusky(repo)
    const alone = snapshot(repo.path('.husky'))
    const ill = await repo.model('doctor')
    expect(ill.exitCode).toBe(1)
    expect(ill.stdout).toContain('core.hooksPath leads git away from those in .git/hooks')
    expect((await repo.model('doctor', '--fix')).exitCode).toBe(0)
    await expectAll(repo)
    const removed = await repo.model('init', '--remove')
    expect(removed.stderr.match(/pre-commit/g)).toHaveLength(2)
    expect(snapshot(repo.path('.husky'))).toEqual(alone)
    expect(snapshot(repo.path('.git/hooks'))).toEqual(untouched)
  })
})

test('a folder of hooks for all repositories works for those where git-model is, and for no other', async () => {
  const folder = path.join(temporaryFolder(), 'hooks')
  const [ours, other] = [await gitdir(), await gitdir()]
  const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.hooksPath', GIT_CONFIG_VALUE_0: folder }
  expect((await ours.modelIn('.', ['init'], { env })).exitCode).toBe(0)
  expect(Object.keys(snapshot(folder))).toContain('pre-commit')
  for (const [repo, exitCode] of [
    [ours, 1],
    [other, 0],
  ] as const) {
    await repo.write('big.dat', Buffer.alloc(6_000_000))
    await repo.git('add', 'big.dat')
    expect((await repo.exec('git', ['commit', '-m', 'big'], { env })).exitCode).toBe(exitCode)
  }
})
