import { execa } from 'execa'
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const METADATA = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']

/** A bare remote and clones of it in which nothing was set up: sync alone is under test. */
async function clones(count: number): Promise<{ origin: string; repos: TestRepo[] }> {
  const first = await gitdir()
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  await first.git('remote', 'add', 'origin', origin)
  await first.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  const repos = [first]
  while (repos.length < count) repos.push(await clone(origin))
  return { origin, repos }
}

async function sync(repo: TestRepo, ...args: string[]): Promise<string> {
  const ran = await repo.model('sync', ...args)
  expect(ran.exitCode, ran.stderr).toBe(0)
  return ran.stderr
}

async function names(repo: TestRepo): Promise<string[]> {
  const list = await repo.git('notes', '--ref=model/runs', 'list')
  const texts = await Promise.all(
    list.split('\n').map((line) => repo.git('notes', '--ref=model/runs', 'show', line.split(' ')[1]!)),
  )
  return texts.map((text) => (parse(text) as { name: string }).name).sort()
}

describe('git model sync', () => {
  it('carries runs, series and the content of outputs to a teammate', async () => {
    const { repos } = await clones(2)
    const [alice, bob] = repos as [TestRepo, TestRepo]
    await alice.model(
      'run',
      '-n',
      'base',
      '--output',
      'w.safetensors',
      '--',
      'sh',
      '-c',
      'printf weights > w.safetensors; git model log acc=0.9 --step 1',
    )
    expect(await sync(alice)).toBe('origin: sent 1 run, 1 file\n')
    expect(await sync(alice)).toBe('origin: everything is up to date\n')
    expect(await sync(bob)).toBe('origin: received 1 run\n')
    expect(await bob.git(...METADATA)).toBe(await alice.git(...METADATA))
    const restored = await bob.model('checkout', 'base')
    expect(restored.stderr).toContain('restored w.safetensors (7 B')
    expect(await bob.read('w.safetensors')).toBe('weights')
  })

  it('merges what two clones wrote at once, different fields of one run included', async () => {
    const { repos } = await clones(2)
    const [alice, bob] = repos as [TestRepo, TestRepo]
    await alice.model('run', '-n', 'base', '--', 'sh', '-c', 'git model log acc=0.5 --step 1')
    await sync(alice)
    await sync(bob)
    await alice.model('run', '-n', 'from-alice', '--', 'true')
    await alice.model('log', '--run', 'base', 'acc=0.6', '--step', '2', '--note', 'from alice')
    await bob.model('run', '-n', 'from-bob', '--', 'true')
    await bob.model('log', '--run', 'base', 'acc=0.7', '--step', '3', '-t', 'pick=true')
    await sync(alice)
    await sync(bob)
    await sync(alice)
    expect(await bob.git(...METADATA)).toBe(await alice.git(...METADATA))
    expect(await names(alice)).toEqual(['base', 'from-alice', 'from-bob'])
    const run = (
      await alice.git(
        'log',
        '--all',
        '--format=%H',
        '--grep=^run: base',
        'main',
        '--not',
        '--glob=refs/notes',
      )
    ).split('\n')[0]!
    const record = parse(await alice.git('notes', '--ref=model/runs', 'show', run)) as Record<string, any>
    expect(record).toMatchObject({
      notes: 'from alice',
      tags: { pick: true },
      metrics: { acc: { last: 0.7, step: 3, min: 0.5, max: 0.7, count: 3 } },
    })
    expect(await alice.git('fsck', '--full', '--no-dangling')).toBe('')
  })

  it('merges two depth-1 clones that share no history of the notes', async () => {
    const { origin, repos } = await clones(1)
    const [alice] = repos as [TestRepo]
    await alice.model('run', '-n', 'base', '--', 'true')
    await sync(alice)
    const shallow = [
      await clone(`file://${origin}`, '--depth=1'),
      await clone(`file://${origin}`, '--depth=1'),
    ] as const
    for (const [index, ci] of shallow.entries()) {
      await ci.model('run', '-n', `ci-${index}`, '--', 'sh', '-c', 'git model log acc=1')
    }
    for (const ci of [...shallow, ...shallow, alice]) await sync(ci)
    expect(await names(alice)).toEqual(['base', 'ci-0', 'ci-1'])
    expect(await alice.git('fsck', '--full', '--no-dangling')).toBe('')
  })

  it('retries when others push at the same moment, and loses nothing', async () => {
    const { repos } = await clones(4)
    await Promise.all(
      repos.map(async (repo, index) => {
        for (const round of [0, 1, 2]) {
          await repo.model('run', '-n', `c${index}-${round}`, '--', 'sh', '-c', `git model log x=${round}`)
          await sync(repo)
        }
      }),
    )
    for (const repo of repos) await sync(repo)
    const states = await Promise.all(repos.map((repo) => repo.git(...METADATA)))
    expect(new Set(states).size).toBe(1)
    expect(await names(repos[0]!)).toHaveLength(12)
    for (const repo of repos) expect(await repo.git('fsck', '--full', '--no-dangling')).toBe('')
  })

  it('survives a fetch refspec that overwrites, deleted tracking refs, and gc', async () => {
    const { repos } = await clones(2)
    const [alice, bob] = repos as [TestRepo, TestRepo]
    await alice.model('run', '-n', 'base', '--', 'true')
    await sync(alice)
    await bob.model('run', '-n', 'unpushed', '--', 'true')
    await bob.git('fetch', '--quiet', 'origin', '+refs/notes/*:refs/model/remotes/origin/notes/elsewhere/*')
    await bob.git('gc', '--quiet', '--prune=now')
    await sync(bob)
    expect(await names(bob)).toEqual(['base', 'unpushed'])
  })

  it.each([
    [
      'no remote',
      async (repo: TestRepo) => repo.git('remote', 'remove', 'origin'),
      'this repository has no remote',
    ],
    [
      'an unreachable one',
      async (repo: TestRepo) => repo.git('remote', 'set-url', 'origin', '/nowhere.git'),
      'cannot fetch from "origin"',
    ],
  ])('with %s says what to type and keeps everything', async (_, change, message) => {
    const { repos } = await clones(1)
    const [alice] = repos as [TestRepo]
    await alice.model('run', '-n', 'base', '--', 'true')
    await change(alice)
    const ran = await alice.model('sync')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain(`error: ${message}`)
    expect(ran.stderr).toContain('hint: ')
    expect(await names(alice)).toEqual(['base'])
  })

  it('says so when the host refuses the refs, and keeps everything', async () => {
    const { origin, repos } = await clones(1)
    const [alice] = repos as [TestRepo]
    await alice.model('run', '-n', 'base', '--', 'true')
    await alice.write(
      '../hook',
      '#!/bin/sh\ncase "$1" in refs/notes/*) echo "notes are not allowed here" >&2; exit 1;; esac\n',
    )
    await cp(alice.path('../hook'), path.join(origin, 'hooks/update'))
    await chmod(path.join(origin, 'hooks/update'), 0o755)
    const ran = await alice.model('sync')
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('error: "origin" refused the metadata')
    expect(ran.stderr).toContain('notes are not allowed here')
    expect(
      await execa('git', ['--git-dir', origin, 'for-each-ref', 'refs/model', 'refs/notes']).then(
        ({ stdout }) => stdout,
      ),
    ).toBe('')
  })

  it('keeps content pinned that a remote took without the records that name it', async () => {
    const { origin, repos } = await clones(1)
    const [alice] = repos as [TestRepo]
    await alice.model('run', '-n', 'base', '--output', 'w.pt', '--', 'sh', '-c', 'echo weights > w.pt')
    const hook = path.join(origin, 'hooks/update')
    await writeFile(hook, '#!/bin/sh\ncase "$1" in refs/notes/*) exit 1;; esac\n')
    await chmod(hook, 0o755)
    expect((await alice.model('sync')).exitCode).toBe(1)
    await alice.git('lfs', 'prune', '--force')
    expect((await alice.model('doctor')).stdout).toContain('1 file of unpushed runs, safe from git lfs prune')
    await rm(hook)
    expect((await alice.model('sync')).stderr).toContain('sent 1 run, 1 file')
    expect(await readdir(alice.path('.git/model/pins'))).toEqual([])
  })
})
