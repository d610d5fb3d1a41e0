import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ran, TestRepo } from '../support/repo.ts'
import { startGitea, type Host } from './start-gitea.ts'
import {
  cloneAs,
  configure,
  credentialHelper,
  newRepository,
  recordRun,
  setUp,
  TRANSPORTS,
} from './transports.ts'

const METADATA = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/notes/model', 'refs/model/runs']
const [HTTP, HTTP_TOKEN, SSH] = TRANSPORTS

let host: Host
beforeAll(async () => {
  host = await startGitea()
})
afterAll(() => host.stop())

async function started(
  permission: 'read' | 'write',
  transport = HTTP,
): Promise<{ name: string; ada: TestRepo }> {
  const name = await host.repository(permission)
  const ada = await newRepository(host, transport, name)
  await setUp(ada)
  await ada.commit({}, 'set up')
  await ada.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  return { name, ada }
}

/** The command failed, said why and what to do, named no token, and lost nothing. */
async function expectRefused(repo: TestRepo, ran: Ran, ...words: (string | RegExp)[]): Promise<void> {
  expect(ran.exitCode, ran.stderr).toBe(1)
  for (const word of words) expect(ran.stderr).toMatch(word)
  expect(ran.stderr).toContain('nothing is lost')
  for (const { token } of [host.ada, host.bob]) expect(ran.stderr + ran.stdout).not.toContain(token)
  expect((await repo.model('runs')).stdout).toContain('mine')
}

describe.each([HTTP, SSH])('$title', (transport) => {
  test('without permission to write nothing is sent, until there is one', async () => {
    const { name } = await started('read')
    const bob = await cloneAs(host, transport, name, host.bob)
    await recordRun(bob, 'mine', `weights over ${transport.title}`)
    const before = await bob.git(...METADATA)
    await expectRefused(bob, await bob.model('sync'), /hint: .*may (?:read there, but )?not write/)
    const pushed = await bob.exec('git', ['push', 'origin', 'HEAD:bobs'])
    expect(pushed.exitCode).not.toBe(0)
    expect(await bob.git(...METADATA)).toBe(before)

    await host.api('PUT', `/repos/ada/${name}/collaborators/bob`, { permission: 'write' })
    // git-lfs has told the credential helper to forget the token that was refused.
    for (const setting of transport.config(host, host.bob)) await configure(bob, setting)
    const synced = await bob.model('sync')
    expect(synced.exitCode, synced.stderr).toBe(0)
    expect(synced.stderr).toContain('sent 1 run, 1 file')
  })
})

test.each([HTTP, HTTP_TOKEN])('a wrong token ($title) is told of, and never printed', async (transport) => {
  const { ada, name } = await started('write', transport)
  await recordRun(ada, 'mine')
  const wrong = 'f'.repeat(40)
  if (transport === HTTP) await configure(ada, credentialHelper(host, 'ada', wrong))
  else
    await ada.git(
      'remote',
      'set-url',
      'origin',
      HTTP_TOKEN.address(host, name, { ...host.ada, token: wrong }),
    )
  const ran = await ada.model('sync')
  await expectRefused(ada, ran, 'cannot fetch from "origin"', /authentication failed/i, 'renew the token')
  expect(ran.stderr).not.toContain(wrong)
  const json = await ada.model('sync', '--json')
  expect(json.stderr + json.stdout).not.toContain(wrong)
})

test('a key that the host does not know is told of', async () => {
  const { ada } = await started('write', SSH)
  await recordRun(ada, 'mine')
  await ada.git('config', 'core.sshCommand', host.ada.ssh.replace(/-i \S+/, '-i /nowhere'))
  await expectRefused(ada, await ada.model('sync'), 'cannot fetch from "origin"', 'add it to your account')
})

test('a host whose key is not the known one is told of', async () => {
  const { ada } = await started('write', SSH)
  await recordRun(ada, 'mine')
  await ada.git('config', 'core.sshCommand', host.ada.ssh.replace(/(UserKnownHostsFile)=\S+/, '$1=/dev/null'))
  await expectRefused(ada, await ada.model('sync'), 'cannot fetch from "origin"', 'compare its fingerprint')
})

test('a repository that does not exist is told of', async () => {
  const { ada } = await started('write')
  await recordRun(ada, 'mine')
  await ada.git('remote', 'set-url', 'origin', host.httpAddress('nowhere'))
  await expectRefused(ada, await ada.model('sync'), 'cannot fetch from "origin"', 'git remote get-url origin')
})

describe('a host that refuses refs/notes and refs/model', () => {
  // As Gitea runs hooks that its administrator put there.
  function refuse(name: string): void {
    const folder = path.join(host.bare(name), 'hooks/pre-receive.d')
    mkdirSync(folder, { recursive: true })
    const hook = path.join(folder, 'strict')
    writeFileSync(
      hook,
      '#!/bin/sh\nwhile read -r old new ref; do\n' +
        'case $ref in refs/heads/*|refs/tags/*) ;; *) echo "branches and tags only: $ref" >&2; exit 1 ;; esac\ndone\n',
    )
    chmodSync(hook, 0o755)
  }

  test('takes everything below a prefix', async () => {
    const { ada, name } = await started('write')
    refuse(name)
    await recordRun(ada, 'mine')
    const refused = await ada.model('sync')
    await expectRefused(ada, refused, '"origin" refused the metadata', 'branches and tags only')
    expect(refused.stderr).toContain('sync: {prefix: refs/heads/git-model}')

    await ada.commit({ '.gitmodel.yaml': 'sync: {prefix: refs/heads/git-model}\n' }, 'a prefix')
    await setUp(ada)
    const pushed = await ada.exec('git', ['push'])
    expect(pushed.exitCode, pushed.stderr).toBe(0)
    expect(pushed.stderr).toContain('sent 1 run')
    const bob = await cloneAs(host, HTTP, name, host.bob)
    expect((await bob.model('sync')).exitCode).toBe(0)
    expect(await bob.git(...METADATA)).toBe(await ada.git(...METADATA))
    expect((await bob.model('checkout', 'mine')).exitCode).toBe(0)
  })

  test.each([
    ['warn', 0],
    ['block', 1],
  ])('with sync.push: %s the code push exits with %i', async (push, exitCode) => {
    const { ada, name } = await started('write')
    refuse(name)
    await ada.commit({ '.gitmodel.yaml': `sync: {push: ${push}}\n` }, 'policy')
    await recordRun(ada, 'mine')
    const ran = await ada.exec('git', ['push'])
    expect(ran.exitCode, ran.stderr).toBe(exitCode)
    expect(ran.stderr).toContain('"origin" refused the metadata')
    const there = await ada.git('ls-remote', 'origin', 'refs/heads/main')
    expect(there.startsWith(await ada.git('rev-parse', 'HEAD'))).toBe(exitCode === 0)
  })
})

test('a branch rule of the host on the prefix is told of', async () => {
  const { ada, name } = await started('write')
  await ada.commit({ '.gitmodel.yaml': 'sync: {prefix: refs/heads/git-model}\n' }, 'a prefix')
  await setUp(ada)
  await host.api('POST', `/repos/ada/${name}/branch_protections`, {
    rule_name: 'git-model/**',
    enable_push: false,
  })
  await recordRun(ada, 'mine')
  await expectRefused(ada, await ada.model('sync'), 'refused the metadata', 'refs/heads/git-model')
})

test('a host that is down stops no work, and gets everything when it is back', async () => {
  const other = await startGitea()
  const name = await other.repository('write')
  const ada = await newRepository(other, HTTP, name)
  await setUp(ada)
  await ada.commit({}, 'set up')
  await ada.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  await other.stop()
  await recordRun(ada, 'mine')
  await expectRefused(ada, await ada.model('sync'), 'cannot fetch from "origin"', 'the host does not answer')
  expect((await ada.exec('git', ['push'])).exitCode).not.toBe(0)
  await other.start()
  const pushed = await ada.model('sync')
  expect(pushed.stderr).toContain('sent 1 run, 1 file')
  await other.stop()
})
