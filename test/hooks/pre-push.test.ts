import { createHash } from 'node:crypto'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { startServer } from '../mlflow/client.ts'
import { clone, gitdir, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'

/** Makes a remote refuse refs outside refs/heads, as some hosts do. */
function refuseMetadata(origin: string): void {
  const hook = path.join(origin, 'hooks/update')
  writeFileSync(
    hook,
    '#!/bin/sh\ncase $1 in refs/heads/*) exit 0 ;; esac\necho "only branches here" >&2\nexit 1\n',
  )
  chmodSync(hook, 0o755)
}

async function change(repo: TestRepo, push = 'warn'): Promise<void> {
  await repo.commit({ '.gitmodel.yaml': `sync: {push: ${push}}\n`, 'a.txt': String(Math.random()) })
  await repo.model('run', '-n', 'one', '--', 'true')
}

describe('git push', () => {
  test('takes runs along, and git pull brings them', async () => {
    const { origin, alice, bob } = await teams()
    await change(alice)
    const pushed = await alice.exec('git', ['push'])
    expect(pushed.stderr).toContain('git-model: origin: sent 1 run')
    expect(await alice.git('ls-remote', origin)).toContain('refs/notes/model/runs')
    const pulled = await bob.exec('git', ['pull', '--no-rebase'])
    expect(pulled.stderr).toContain('git-model: received 1 run')
    expect((await bob.model('runs')).stdout).toContain('one')
  })

  test('of code goes through where the remote refuses metadata', async () => {
    const { origin, alice } = await teams()
    refuseMetadata(origin)
    await change(alice)
    const ran = await alice.exec('git', ['push'])
    expect(ran.exitCode).toBe(0)
    expect(ran.stderr).toContain('warning:')
    expect(ran.stderr).toContain('only branches here')
    expect(ran.stderr).toContain('the code is pushed all the same')
    expect(await alice.git('ls-remote', origin, 'main')).toContain(await alice.git('rev-parse', 'HEAD'))
  })

  test('of code stops there where sync.push is block', async () => {
    const { origin, alice } = await teams()
    refuseMetadata(origin)
    await change(alice, 'block')
    const ran = await alice.exec('git', ['push'])
    expect(ran.exitCode).toBe(1)
    expect(ran.stderr).toContain('the code was not pushed either')
    expect(await alice.git('ls-remote', origin, 'main')).not.toContain(await alice.git('rev-parse', 'HEAD'))
    expect((await alice.exec('git', ['push'], { env: { GIT_MODEL_HOOKS: '0' } })).exitCode).toBe(0)
  })

  test('leaves metadata alone where sync.push is off', async () => {
    const { origin, alice } = await teams()
    await change(alice, 'off')
    expect((await alice.exec('git', ['push'])).exitCode).toBe(0)
    expect(await alice.git('ls-remote', origin)).not.toContain('refs/notes')
  })

  test('to a remote that came after init wires it up', async () => {
    const repo = await gitdir()
    await repo.model('init')
    await change(repo)
    const origin = path.join(temporaryFolder(), 'o r i g i n.git')
    await repo.git('init', '--quiet', '--bare', origin)
    await repo.git('remote', 'add', 'origin', origin)
    const ran = await repo.exec('git', ['push', '--set-upstream', 'origin', 'main'])
    expect(ran.stderr).toContain('git fetch origin brings runs and cards from now on')
    expect(await repo.git('config', '--get-all', 'remote.origin.fetch')).toContain(
      'refs/model/remotes/origin/',
    )
    const bob = await clone(origin)
    await bob.model('init')
    await bob.git('fetch', '--quiet')
    expect((await bob.model('runs')).stdout).toContain('one')
  })

  test.each([['--mirror'], ['refs/notes/*:refs/notes/*'], ['refs/model/runs', 'refs/notes/model/runs']])(
    'of our own refs by name (%s) is not refused, and uploads the files of their runs',
    async (...refs) => {
      const { origin, alice } = await teams()
      await alice.write('train.sh', 'echo weights > digits.pt\n')
      await alice.model('run', '-n', 'one', '--output', 'digits.pt', '--', 'sh', 'train.sh')
      const pushed = await alice.exec('git', ['push', 'origin', ...refs])
      expect(pushed).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('rejected') })
      expect(await alice.git('ls-remote', origin)).toContain('refs/notes/model/runs')
      const oid = createHash('sha256').update('weights\n').digest('hex')
      expect(existsSync(path.join(origin, 'lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid))).toBe(true)
    },
  )

  test('takes runs along to a remote that was made anew at the same address, where they were before', async () => {
    const { origin, alice } = await teams()
    await change(alice)
    await alice.git('push')
    rmSync(origin, { recursive: true })
    await alice.git('init', '--quiet', '--bare', origin)
    const pushed = await alice.exec('git', ['push', 'origin', 'main'])
    expect(pushed.stderr).toContain('sent 1 run')
    expect(await alice.git('ls-remote', origin)).toContain('refs/notes/model/runs')
  })

  test('takes changes of experiments and registered models along, and says so', async () => {
    const { origin, alice } = await teams()
    const server = await startServer(alice)
    await server.post('experiments/create', { name: 'digits' })
    await server.post('registered-models/create', { name: 'digits' })
    await server.stop()
    expect((await alice.model('doctor')).stdout).toContain(
      '1 experiment and 1 registered model in this clone alone',
    )
    const pushed = await alice.exec('git', ['push', 'origin', 'main'])
    expect(pushed.stderr).toContain('sent 1 experiment, 1 registered model')
    expect(await alice.git('ls-remote', origin)).toContain('refs/notes/model/registry')
    expect((await alice.model('doctor')).stdout).toContain('everything recorded is on origin too')
  })
})
