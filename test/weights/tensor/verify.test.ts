import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { gitdir, teams, type Ran, type TestRepo } from '../../support/repo.ts'
import { f32, tensorFile } from './tensor-file.ts'

interface Answer {
  ok: boolean
  files: { path: string; local: string; remote?: string }[]
  problems: { path: string; message: string }[]
}

async function verify(repo: TestRepo, ...args: string[]): Promise<Answer & { exitCode: number }> {
  const ran: Ran = await repo.model('weights', 'verify', '--json', ...args)
  expect(ran.stderr).toBe('')
  return { ...(JSON.parse(ran.stdout) as Answer), exitCode: ran.exitCode }
}

async function objectOf(repo: TestRepo, path: string): Promise<string> {
  const oid = /sha256:(\w{64})/.exec(await repo.git('show', '--no-textconv', `HEAD:${path}`))![1]!
  return repo.path(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`)
}

describe('git model weights verify', () => {
  it('finds contents that are damaged or gone, and asks the remote', async () => {
    const { alice } = await teams()
    await alice.commit({
      'a.safetensors': tensorFile({ w: f32([1]) }),
      'b.safetensors': tensorFile({ w: f32([2]) }),
    })
    expect(await verify(alice)).toMatchObject({
      exitCode: 0,
      ok: true,
      files: [{ local: 'ok' }, { local: 'ok' }],
    })
    const unpushed = await verify(alice, '--remote')
    expect(unpushed).toMatchObject({ exitCode: 0, files: [{ remote: 'absent' }, { remote: 'absent' }] })
    await alice.git('push', '--quiet')
    expect(await verify(alice, '--remote')).toMatchObject({ files: [{ remote: 'ok' }, { remote: 'ok' }] })
    const [a, b] = [await objectOf(alice, 'a.safetensors'), await objectOf(alice, 'b.safetensors')]
    renameSync(a, `${a}.away`)
    expect(await verify(alice)).toMatchObject({ exitCode: 1, problems: [{ path: 'a.safetensors' }] })
    expect(await verify(alice, '--remote')).toMatchObject({ exitCode: 0, problems: [] })
    writeFileSync(b, tensorFile({ w: f32([3]) }), { flag: 'r+' })
    expect(existsSync(b)).toBe(true)
    const damaged = await verify(alice, '--remote')
    expect(damaged).toMatchObject({ exitCode: 1, problems: [{ path: 'b.safetensors' }] })
    const text = await alice.model('weights', 'verify')
    expect(text.stdout).toContain('✗ b.safetensors: the content in the LFS store is not sha256:')
    expect(text.stdout).toContain('0 of 2 contents are here')
  })

  it('finds shards that are missing, and cards that do not tell the truth', async () => {
    const repo = await gitdir({})
    await repo.model('init')
    await repo.commit({
      '.gitmodel.yaml': 'models: {m: {path: models/m.safetensors}}\n',
      'models/m.safetensors': tensorFile({ w: f32([1, 2]) }),
      'models/x.safetensors.index.json': JSON.stringify({
        weight_map: { w: 'm.safetensors', v: 'x-2.safetensors' },
      }),
    })
    await repo.model('card', 'new', 'm')
    const missing = [
      { path: 'models/x.safetensors.index.json', message: expect.stringContaining('"x-2.safetensors"') },
    ]
    expect(await verify(repo)).toMatchObject({ exitCode: 1, problems: missing })
    await repo.model('card', 'set', 'm', 'card.weights[0].tensors=7', 'card.weights[0].parameters.F32=3')
    const { problems } = await verify(repo)
    expect(problems.map(({ message }) => message)).toEqual([
      missing[0]!.message,
      'the card of m: it says tensors 7, and there is 1',
      'the card of m: it says parameters F32: 3, and there is F32: 2',
    ])
  })

  it('asks the batch API over HTTP, with the credentials that git has', async () => {
    const repo = await gitdir({})
    await repo.model('init')
    await repo.commit({
      'a.safetensors': tensorFile({ w: f32([1]) }),
      'b.safetensors': tensorFile({ w: f32([2]) }),
    })
    const asked: unknown[] = []
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => {
        if (request.headers.authorization !== `Basic ${Buffer.from('ada:secret').toString('base64')}`) {
          response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="lfs"' }).end()
          return
        }
        const { objects, operation } = JSON.parse(text) as { objects: { oid: string }[]; operation: string }
        asked.push(operation)
        const answers = objects.map((object, index) =>
          index === 0 ? { ...object, actions: { download: {} } } : { ...object, error: { code: 404 } },
        )
        response.writeHead(200).end(JSON.stringify({ objects: answers }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      await repo.git('remote', 'add', 'origin', `http://127.0.0.1:${port}/model.git`)
      await repo.git('config', 'credential.helper', '!f() { echo username=ada; echo password=secret; }; f')
      expect(await verify(repo, '--remote')).toMatchObject({
        files: [{ remote: 'ok' }, { remote: 'absent' }],
      })
      expect(asked).toEqual(['download'])
      await repo.git('config', 'credential.helper', '')
      const ran = await repo.model('weights', 'verify', '--remote')
      expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining('asks for a password')])
    } finally {
      server.close()
    }
    const gone = await repo.model('weights', 'verify', '--remote')
    expect([gone.exitCode, gone.stderr]).toEqual([1, expect.stringContaining('was not reached')])
  })
})
