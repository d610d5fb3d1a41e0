import { existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { teams, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { spy } from './spy.ts'

const watched = spy()
const env = { PATH: watched.PATH }

async function git(repo: TestRepo, ...args: string[]): Promise<string[]> {
  const ran = await repo.exec('git', args, { env })
  expect({ args, exitCode: ran.exitCode, stderr: ran.stderr }).toMatchObject({ exitCode: 0 })
  return watched.started()
}

describe('with nothing to do no program is started', () => {
  let alice: TestRepo
  let bob: TestRepo
  beforeAll(async () => {
    ;({ alice, bob } = await teams())
    for (const repo of [alice, bob]) await repo.commit({ 'README.md': 'read me\n' }, 'set up')
    await alice.git('push', '--quiet')
  })

  test('by git commit of small texts and images', async () => {
    await alice.write('src/a b/ü "quoted".py', 'print(1)\n')
    await alice.write('logo.png', Buffer.alloc(50_000, 1))
    await alice.git('add', '--all')
    expect(await git(alice, 'commit', '-m', 'code')).toEqual([])
    expect(await git(alice, 'commit', '--amend', '-m', 'code again')).toEqual([])
    expect(await git(alice, 'commit', '--allow-empty', '-m', 'nothing')).toEqual([])
  })

  test('by git push, merge, rebase, checkout and pull', async () => {
    expect(await git(alice, 'push')).toEqual([])
    expect(await git(bob, 'pull', '--quiet', '--rebase')).toEqual([])
    expect(await git(bob, 'checkout', '--quiet', '-b', 'topic')).toEqual([])
    await bob.commit({ 'b.txt': 'b\n' })
    expect(await git(bob, 'checkout', '--quiet', 'main')).toEqual([])
    expect(await git(bob, 'merge', '--quiet', '--no-ff', '-m', 'merge', 'topic')).toEqual([])
    expect(await git(bob, 'push', '--quiet')).toEqual([])
  })

  test('after runs were exchanged and folded in', async () => {
    expect((await bob.model('run', '--', 'true')).exitCode).toBe(0)
    await bob.git('commit', '--quiet', '--allow-empty', '-m', 'more')
    await bob.git('push', '--quiet')
    expect(await git(bob, 'checkout', '--quiet', '-b', 'after-push')).toEqual([])
    expect(await git(bob, 'checkout', '--quiet', 'main')).toEqual([])
    await bob.git('commit', '--quiet', '--allow-empty', '-m', 'still more')
    expect(await git(bob, 'push', '--quiet')).toEqual([])
    await alice.git('pull', '--quiet', '--no-rebase')
    await alice.model('runs')
    expect(await git(alice, 'checkout', '--quiet', '-b', 'other')).toEqual([])
    expect(await git(alice, 'push', '--quiet', 'origin', 'other')).toEqual([])
    expect(
      await git(
        alice,
        'push',
        '--quiet',
        temporaryBare(await alice.git('remote', 'get-url', 'origin')),
        'other',
      ),
    ).toEqual([])
  })
})

// The same repository under another spelling: a push to an address, not to a remote.
function temporaryBare(url: string): string {
  return path.join(path.dirname(url), '.', path.basename(url)).replace(/\/([^/]+)$/, '/./$1')
}

describe('with something to do git-model is started', () => {
  let alice: TestRepo
  let bob: TestRepo
  beforeAll(async () => {
    ;({ alice, bob } = await teams())
  })

  test.each([
    ['weights by their name', 'tiny.safetensors', Buffer.from('x')],
    ['a file over 100 kB', 'big.csv', Buffer.alloc(100_001, 0x61)],
    ['.gitmodel.yaml', '.gitmodel.yaml', Buffer.from('snapshot: none\n')],
    ['a .gitattributes below', 'sub/.gitattributes', Buffer.from('*.x text\n')],
    ['weights with blanks and quotes in their name', 'a "b" ü.PT', Buffer.from('x')],
  ])('by git commit of %s', async (_, name, content) => {
    await alice.write(name, content)
    await alice.git('add', '--all')
    expect(await git(alice, 'commit', '-m', 'weights')).toEqual(['git-model hook pre-commit'])
    await alice.write(name, Buffer.concat([content, Buffer.from('\n')]))
    await alice.git('add', '--all')
    const skipped = await alice.exec('git', ['commit', '-m', 'skip'], {
      env: { ...env, GIT_MODEL_HOOKS: '0' },
    })
    expect(skipped.exitCode).toBe(0)
    expect(watched.started()).toEqual([])
  })

  test('by git push of a run, and of one in the journal', async () => {
    await alice.model('run', '--', 'true')
    const url = await alice.git('remote', 'get-url', 'origin')
    expect(await git(alice, 'push')).toEqual([`git-model hook pre-push origin ${url}`])
    await alice.model('sync')
    await alice.git('commit', '--quiet', '--allow-empty', '-m', 'next')
    expect(await git(alice, 'push')).toEqual([])
    await alice.write('.git/model/journal/' + 'a'.repeat(40) + '/log.jsonl', '\n')
    await alice.git('commit', '--quiet', '--allow-empty', '-m', 'next')
    expect(await git(alice, 'push')).toEqual([`git-model hook pre-push origin ${url}`])
    rmSync(alice.path('.git/model/journal'), { recursive: true })
  })

  test('by git pull, checkout and rebase of what was fetched', async () => {
    await bob.git('fetch', '--quiet')
    expect(await git(bob, 'checkout', '--quiet', '-b', 'topic')).toEqual([
      expect.stringMatching(/^git-model hook post-checkout [0-9a-f]{40} [0-9a-f]{40} 1$/),
    ])
    expect(await git(bob, 'commit', '--amend', '--quiet', '--allow-empty', '-m', 'amended')).toEqual([
      'git-model hook post-rewrite amend',
    ])
    await git(bob, 'checkout', '--quiet', 'main')
    expect((await git(bob, 'merge', '--quiet', 'origin/main')).at(-1)).toBe('git-model hook post-merge 0')
  })
})

describe('a clone in which nobody set git-model up', () => {
  test('is left alone by hooks in a shared folder', async () => {
    const { alice, bob } = await teams()
    const shared = temporaryFolder()
    await alice.git('config', 'core.hooksPath', shared)
    await alice.model('init')
    await bob.model('init', '--remove')
    await bob.git('config', 'core.hooksPath', shared)
    await bob.write('a.pt', 'x')
    await bob.git('add', '--all')
    expect(await git(bob, 'commit', '-m', 'weights')).toEqual([])
  })
})

describe('where git-model cannot be started', () => {
  test('a commit that is to be checked stops with a hint, others and pushes go through', async () => {
    const { alice } = await teams()
    await alice.model('run', '--', 'true')
    await alice.git('config', 'model.program', '/nowhere/node /nowhere/bin.js')
    const path = { PATH: process.env['PATH'] }
    await alice.write('a.txt', 'x')
    await alice.git('add', 'a.txt')
    expect((await alice.exec('git', ['commit', '-m', 'text'], { env: path })).exitCode).toBe(0)
    expect((await alice.exec('git', ['push'], { env: path })).exitCode).toBe(0)
    await alice.write('a.pt', 'x')
    await alice.git('add', 'a.pt')
    const ran = await alice.exec('git', ['commit', '-m', 'weights'], { env: path })
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('hint: git-model did not start')
  })

  test('model.program is used, with blanks and quotes in its path', async () => {
    const { alice } = await teams()
    const folder = temporaryFolder()
    const program = `${folder}/it's a program`
    writeFileSync(program, `#!/bin/sh\necho "$@" > '${folder}/trace'\n`, { mode: 0o755 })
    await alice.git('config', 'model.program', `'${program.replaceAll("'", "'\\''")}'`)
    await alice.write('a.pt', 'x')
    await alice.git('add', 'a.pt')
    await alice.exec('git', ['commit', '-m', 'weights'], { env: { PATH: process.env['PATH'] } })
    expect(existsSync(`${folder}/trace`)).toBe(true)
  })
})
