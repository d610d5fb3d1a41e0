import { execa } from 'execa'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const METADATA = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']

/** A repository with a remote, a recorded run with unpushed weights, and a card. */
async function recorded(): Promise<{ repo: TestRepo; origin: string; run: string }> {
  const repo = await gitdir({
    'a.txt': 'a',
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    '.gitmodel.yaml': 'models: {w: {path: w.bin}}\n',
  })
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  await repo.git('remote', 'add', 'origin', origin)
  await repo.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  await repo.git('switch', '--quiet', '--create', 'topic')
  await repo.commit({ 'b.txt': 'b' }, 'topic')
  const script = 'printf weights > w.bin; git model log acc=0.5 --step 1; git model log acc=0.6 --step 2'
  const ran = await repo.model('run', '-n', 'base', '--output', 'w.bin', '--', 'sh', '-c', script)
  expect(ran.exitCode, ran.stderr).toBe(0)
  expect((await repo.model('card', 'new', 'w')).exitCode).toBe(0)
  const run = (await repo.git('notes', '--ref=model/runs', 'list')).split(' ')[1]!
  return { repo, origin, run }
}

/** Everything that was recorded is here, and a teammate gets all of it. */
async function expectIntact(repo: TestRepo, origin: string, run: string): Promise<void> {
  expect(await repo.git('notes', '--ref=model/runs', 'show', run)).toContain('acc: {last: 0.6, step: 2')
  expect(await repo.git('notes', '--ref=model/series', 'show', run)).toContain('"value":[0.5,0.6]')
  expect(await repo.git('notes', '--ref=model/cards', 'list')).not.toBe('')
  expect(await repo.git('show', `${run}:b.txt`)).toBe('b')
  expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
  const synced = await repo.model('sync')
  expect(synced.exitCode, synced.stderr).toBe(0)
  const bob = await clone(origin)
  expect((await bob.model('sync')).exitCode).toBe(0)
  expect(await bob.git(...METADATA)).toBe(await repo.git(...METADATA))
  const restored = await bob.model('checkout', 'base')
  expect(restored.exitCode, restored.stderr).toBe(0)
  expect(await bob.read('w.bin')).toBe('weights')
}

const HOUSEKEEPING: Record<string, (repo: TestRepo, run: string) => Promise<unknown>> = {
  'git gc --prune=now': (repo) => repo.git('gc', '--quiet', '--prune=now'),
  'git notes prune on the runs': (repo) => repo.git('notes', '--ref=model/runs', 'prune'),
  'deleting the branch, its reflog and what is unreachable': async (repo) => {
    await repo.git('switch', '--quiet', '--force', 'main')
    await repo.git('branch', '--quiet', '-D', 'topic')
    await repo.git('reflog', 'expire', '--expire=now', '--all')
    await repo.git('gc', '--quiet', '--prune=now')
  },
  'git fetch --prune': (repo) => repo.git('fetch', '--quiet', '--prune', 'origin'),
  'git lfs prune, with the weights on no remote': async (repo) => {
    await repo.git('rm', '--quiet', '-rf', '--ignore-unmatch', 'w.bin')
    await repo.exec('rm', ['-f', repo.path('w.bin')])
    await repo.git('lfs', 'prune', '--force')
    await repo.exec('rm', ['-rf', repo.path('.git/lfs/objects')])
  },
  'git stash --include-untracked': (repo) => repo.git('stash', '--quiet', '--include-untracked'),
  'git clean -fdx': (repo) => repo.git('clean', '--quiet', '-fdx'),
  'git commit --amend': (repo) => repo.git('commit', '--quiet', '--amend', '-m', 'amended'),
  'an interactive rebase that squashes': async (repo) => {
    await repo.commit({ 'c.txt': 'c' }, 'more')
    const env = { GIT_SEQUENCE_EDITOR: 'sed -i 2s/pick/squash/', GIT_EDITOR: 'true' }
    const ran = await repo.exec('git', ['rebase', '--quiet', '--interactive', 'main'], { env })
    expect(ran.exitCode, ran.stderr).toBe(0)
  },
  'a cherry-pick onto another branch': async (repo) => {
    await repo.git('switch', '--quiet', '--create', 'other', 'main')
    await repo.git('cherry-pick', 'topic')
  },
  'git filter-branch over the branch': async (repo) => {
    const env = { FILTER_BRANCH_SQUELCH_WARNING: '1' }
    const ran = await repo.exec(
      'git',
      ['filter-branch', '--force', '--msg-filter', 'sed s/^/x/', 'main..topic'],
      { env },
    )
    expect(ran.exitCode, ran.stderr).toBe(0)
  },
  'a squash merge with the base moved': async (repo) => {
    await repo.git('switch', '--quiet', 'main')
    await repo.commit({ 'moved.txt': 'moved' }, 'moved')
    await repo.git('merge', '--quiet', '--squash', 'topic')
    await repo.git('commit', '--quiet', '-m', 'squashed')
    await repo.git('branch', '--quiet', '-D', 'topic')
  },
}

describe('what was recorded survives', () => {
  it.each(Object.keys(HOUSEKEEPING))('%s', async (name) => {
    const { repo, origin, run } = await recorded()
    await HOUSEKEEPING[name]!(repo, run)
    await expectIntact(repo, origin, run)
  })

  it('git worktree remove --force, of the work tree in which it ran', async () => {
    const { repo, origin, run } = await recorded()
    await repo.git('worktree', 'add', '--quiet', '-b', 'aside', '../aside')
    const ran = await repo.modelIn('../aside', [
      'run',
      '-n',
      'aside',
      '--output',
      'x.bin',
      '--',
      'sh',
      '-c',
      'printf x > x.bin',
    ])
    expect(ran.exitCode, ran.stderr).toBe(0)
    await repo.git('worktree', 'remove', '--force', '../aside')
    await repo.git('branch', '--quiet', '-D', 'aside')
    await repo.git('gc', '--quiet', '--prune=now')
    await expectIntact(repo, origin, run)
    expect((await repo.model('show', 'aside')).exitCode).toBe(0)
  })
})
