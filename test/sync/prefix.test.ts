import { execa } from 'execa'
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { clone, gitdir, temporaryFolder, type TestRepo } from '../support/repo.ts'

const METADATA = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']

/** A host that takes branches and tags, and nothing else. */
async function strictHost(): Promise<string> {
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  const hook = path.join(origin, 'hooks/update')
  await writeFile(
    hook,
    '#!/bin/sh\ncase "$1" in refs/heads/*|refs/tags/*) ;; *) echo "$1 is not allowed here" >&2; exit 1;; esac\n',
  )
  await chmod(hook, 0o755)
  return origin
}

async function refsOf(origin: string): Promise<string[]> {
  const { stdout } = await execa('git', ['--git-dir', origin, 'for-each-ref', '--format=%(refname)'])
  return stdout.split('\n')
}

async function setUp(repo: TestRepo): Promise<void> {
  const ran = await repo.model('init')
  expect(ran.exitCode, ran.stderr).toBe(0)
}

it('a host that refuses notes is told of, and a prefix carries everything all the same', async () => {
  const origin = await strictHost()
  const alice = await gitdir()
  await alice.git('remote', 'add', 'origin', origin)
  await setUp(alice)
  await alice.commit({}, 'set up')
  await alice.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  await alice.model(
    'run',
    '-n',
    'first',
    '--output',
    'w.bin',
    '--',
    'sh',
    '-c',
    'printf weights > w.bin; git model log acc=0.5',
  )

  const refused = await alice.model('sync')
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain('error: "origin" refused the metadata')
  expect(refused.stderr).toContain('sync: {prefix: refs/heads/git-model}')

  const config = (await alice.read('.gitmodel.yaml')).replace(
    'sync: {push: warn}',
    'sync: {push: warn, prefix: refs/heads/git-model}',
  )
  await alice.commit({ '.gitmodel.yaml': config }, 'a prefix')
  await setUp(alice)
  expect(await alice.git('config', '--get-all', 'remote.origin.fetch')).not.toContain('refs/notes/model')
  await alice.git('push', '--quiet')
  expect(await refsOf(origin)).toEqual([
    'refs/heads/git-model/notes/runs',
    'refs/heads/git-model/notes/series',
    'refs/heads/git-model/runs',
    'refs/heads/main',
  ])

  const bob = await clone(origin)
  await setUp(bob)
  await bob.git('pull', '--quiet')
  // Nothing new in the code, so no hook ran: the next command that reads folds in what came.
  expect((await bob.model('runs')).stdout).toContain('first')
  expect(await bob.git(...METADATA)).toBe(await alice.git(...METADATA))
  expect((await bob.model('checkout', 'first')).exitCode).toBe(0)
  await bob.model('run', '-n', 'second', '--', 'true')
  await alice.model('run', '-n', 'third', '--', 'true')
  for (const repo of [alice, bob, alice]) expect((await repo.model('sync')).exitCode).toBe(0)
  expect(await bob.git(...METADATA)).toBe(await alice.git(...METADATA))
  const listed = JSON.parse((await alice.model('runs', '--json')).stdout) as { runs: { name: string }[] }
  expect(listed.runs.map(({ name }) => name).sort()).toEqual(['first', 'second', 'third'])
})

it('changing the prefix publishes everything again, and what a remote lost is pushed again', async () => {
  const origin = path.join(temporaryFolder(), 'origin.git')
  await execa('git', ['init', '--quiet', '--bare', origin])
  const alice = await gitdir()
  await alice.git('remote', 'add', 'origin', origin)
  await setUp(alice)
  await alice.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  await alice.model('run', '-n', 'first', '--', 'true')
  await alice.model('sync')
  expect(await refsOf(origin)).toContain('refs/notes/model/runs')
  await execa('git', ['--git-dir', origin, 'update-ref', '-d', 'refs/notes/model/runs'])
  expect((await alice.model('sync')).exitCode).toBe(0)
  expect(await refsOf(origin)).toContain('refs/notes/model/runs')
  await alice.write('.gitmodel.yaml', 'sync: {prefix: refs/model-data}\n')
  await setUp(alice)
  expect((await alice.model('sync')).stderr).toContain('sent 1 run')
  expect(await refsOf(origin)).toContain('refs/model-data/notes/runs')
  expect((await alice.model('runs')).stdout).toContain('first')
})

it('a remote that was given another address gets everything with the next push', async () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()].map((folder) =>
    path.join(folder, 'origin.git'),
  )
  for (const origin of [first!, second!]) await execa('git', ['init', '--quiet', '--bare', origin])
  const alice = await gitdir()
  await alice.git('remote', 'add', 'origin', first!)
  await setUp(alice)
  await alice.model('run', '-n', 'first', '--output', 'w.bin', '--', 'sh', '-c', 'printf weights > w.bin')
  await alice.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  expect(await refsOf(first!)).toContain('refs/notes/model/runs')
  await alice.git('remote', 'set-url', 'origin', second!)
  await alice.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  expect(await refsOf(second!)).toEqual(await refsOf(first!))
  const bob = await clone(second!)
  await setUp(bob)
  await bob.model('sync')
  expect((await bob.model('checkout', 'first')).exitCode).toBe(0)
  expect(await bob.read('w.bin')).toBe('weights')
})
