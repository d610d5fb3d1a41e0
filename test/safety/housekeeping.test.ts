import { execa } from 'execa'
import { existsSync, readFileSync } from 'node:fs'
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

/** Something that git does, and by which rule `git model show` finds the run from the commit that is then checked out. */
interface Housekeeping {
  act(repo: TestRepo): Promise<unknown>
  /** `linked`: by none, until `git model link` says so. `none`: another commit is checked out. */
  found: 'same-tree' | 'produced' | 'linked' | 'none'
}

// docs/housekeeping.md has a row for each.
const HOUSEKEEPING: Record<string, Housekeeping> = {
  'git gc --prune=now': {
    act: (repo) => repo.git('gc', '--quiet', '--prune=now'),
    found: 'same-tree',
  },
  'git repack, pack-refs, prune': {
    async act(repo) {
      await repo.git('pack-refs', '--all', '--prune')
      await repo.git('repack', '-a', '-d', '-f', '--quiet')
      await repo.git('prune', '--expire=now')
    },
    found: 'same-tree',
  },
  'git notes prune': {
    act: (repo) => repo.git('notes', '--ref=model/runs', 'prune'),
    found: 'same-tree',
  },
  'git branch -D': {
    async act(repo) {
      await repo.git('switch', '--quiet', '--force', 'main')
      await repo.git('branch', '--quiet', '-D', 'topic')
      await forget(repo)
    },
    found: 'none',
  },
  'git reset --hard': {
    async act(repo) {
      await repo.git('reset', '--quiet', '--hard', 'main')
      await forget(repo)
    },
    found: 'none',
  },
  'git fetch --prune': {
    act: (repo) => repo.git('fetch', '--quiet', '--prune', 'origin'),
    found: 'same-tree',
  },
  'git remote rename': {
    act: (repo) => repo.git('remote', 'rename', 'origin', 'upstream'),
    found: 'same-tree',
  },
  'git push --mirror': {
    act: (repo) => repo.git('push', '--quiet', '--mirror', 'origin'),
    found: 'same-tree',
  },
  'git lfs prune': {
    async act(repo) {
      await repo.exec('rm', ['-f', repo.path('w.bin')])
      await repo.git('lfs', 'prune', '--force')
      await repo.exec('rm', ['-rf', repo.path('.git/lfs/objects')])
    },
    found: 'same-tree',
  },
  'git lfs prune, after a push': {
    async act(repo) {
      expect((await repo.model('sync')).exitCode).toBe(0)
      await repo.exec('rm', ['-f', repo.path('w.bin')])
      await repo.git('lfs', 'prune', '--force')
      expect(await repo.git('lfs', 'fsck')).toContain('OK')
      expect(existsSync(repo.path('.git/lfs/objects/c9'))).toBe(false)
    },
    found: 'same-tree',
  },
  'git stash -u': {
    act: (repo) => repo.git('stash', '--quiet', '--include-untracked'),
    found: 'same-tree',
  },
  'git clean -fdx': {
    act: (repo) => repo.git('clean', '--quiet', '-fdx'),
    found: 'same-tree',
  },
  'git commit --amend': {
    act: (repo) => repo.git('commit', '--quiet', '--amend', '-m', 'amended'),
    found: 'same-tree',
  },
  'git rebase -i, with squash': {
    async act(repo) {
      await commitFile(repo, 'c.txt')
      const env = { GIT_SEQUENCE_EDITOR: 'sed -i 2s/pick/squash/', GIT_EDITOR: 'true' }
      const ran = await repo.exec('git', ['rebase', '--quiet', '--interactive', 'main'], { env })
      expect(ran.exitCode, ran.stderr).toBe(0)
    },
    found: 'linked',
  },
  'git cherry-pick': {
    async act(repo) {
      await repo.git('switch', '--quiet', '--create', 'other', 'main')
      await repo.git('cherry-pick', 'topic')
    },
    found: 'same-tree',
  },
  'git filter-branch': {
    async act(repo) {
      const env = { FILTER_BRANCH_SQUELCH_WARNING: '1' }
      const args = ['filter-branch', '--force', '--msg-filter', 'sed s/^/x/', 'main..topic']
      const ran = await repo.exec('git', args, { env })
      expect(ran.exitCode, ran.stderr).toBe(0)
    },
    found: 'same-tree',
  },
  'git merge --squash, the base moved': {
    act: squashOntoMoved,
    found: 'linked',
  },
  'the same, with the weights committed': {
    async act(repo) {
      await commitFile(repo, 'w.bin')
      await squashOntoMoved(repo)
    },
    found: 'produced',
  },
}

async function squashOntoMoved(repo: TestRepo): Promise<void> {
  await repo.git('switch', '--quiet', 'main')
  await commitFile(repo, 'moved.txt')
  await repo.git('merge', '--quiet', '--squash', 'topic')
  await repo.git('commit', '--quiet', '-m', 'squashed')
  await repo.git('branch', '--quiet', '-D', 'topic')
}

// Not the weights that lie beside it.
async function commitFile(repo: TestRepo, name: string): Promise<void> {
  if (!existsSync(repo.path(name))) await repo.write(name, name)
  await repo.git('add', name)
  await repo.git('commit', '--quiet', '-m', name)
}

/** Leaves nothing that a branch or a tag does not reach. */
async function forget(repo: TestRepo): Promise<void> {
  await repo.git('reflog', 'expire', '--expire=now', '--all')
  await repo.git('gc', '--quiet', '--prune=now')
}

async function rulesOfHead(repo: TestRepo): Promise<string[]> {
  const ran = await repo.model('show', 'HEAD', '--json')
  expect(ran.exitCode, ran.stderr).toBe(0)
  return (JSON.parse(ran.stdout) as { linked: { rule: string }[] }).linked.map(({ rule }) => rule)
}

describe('what was recorded survives', () => {
  it.each(Object.keys(HOUSEKEEPING))('%s', async (name) => {
    const { repo, origin, run } = await recorded()
    const { act, found } = HOUSEKEEPING[name]!
    await act(repo)
    expect(await rulesOfHead(repo)).toEqual(found === 'linked' || found === 'none' ? [] : [found])
    if (found === 'linked') {
      expect((await repo.model('link', 'base', 'HEAD')).exitCode).toBe(0)
      expect(await rulesOfHead(repo)).toEqual(['linked'])
    }
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

  it('git gc and git clean, while a run goes on', async () => {
    const { repo, origin, run } = await recorded()
    const script = [
      'printf more > x.bin; git model log acc=0.7 --step 3',
      'git reflog expire --expire=now --all; git gc --quiet --prune=now',
      'git clean --quiet -fdx; printf more > x.bin',
    ].join('; ')
    const ran = await repo.model('run', '-n', 'going', '--output', 'x.bin', '--', 'sh', '-c', script)
    expect(ran.exitCode, ran.stderr).toBe(0)
    const shown = await repo.model('show', 'going', '--json')
    expect(shown.stdout).toContain('0.7')
    await expectIntact(repo, origin, run)
  })
})

it('docs/housekeeping.md has a row for each of them, and says how the run is found', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/housekeeping.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `?([^|`]+?)`? \|.*\| ([^|]+) \|$/gm)].map(([, name, found]) => [
    name,
    found,
  ])
  const words = { 'same-tree': 'its files', produced: 'its weights', linked: '`git model link`', none: '—' }
  for (const [name, { found }] of Object.entries(HOUSEKEEPING))
    expect(rows).toContainEqual([name, words[found]])
})
