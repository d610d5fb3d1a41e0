import { existsSync, readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { serve, type TrackingServer } from '../../src/mlflow/serve.ts'
import { gitdir, type TestRepo } from '../support/repo.ts'

/** Short, in milliseconds, but long enough for an honest client on a slow machine. */
const PATIENCE = { head: 2000, body: 2000, silence: 60_000, idle: 3000, grace: 500 }
const LONG = { timeout: 60_000, interval: 50 }

let server: TrackingServer | undefined

afterEach(() => server?.close())

async function start(): Promise<{ repo: TestRepo; url: string }> {
  const repo = await gitdir()
  const world = { cwd: repo.dir, env: process.env, now: Date.now }
  server = await serve(world, { patience: PATIENCE })
  return { repo, url: server.url }
}

/** Says something and goes on as it is told; ends when the server hangs up. */
function dribble(url: string, said: string, more?: (socket: Socket) => void): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  return new Promise((resolve) => {
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.on('error', () => {}).on('close', () => resolve(heard))
    socket.write(said)
    more?.(socket)
  })
}

async function isWell(url: string): Promise<void> {
  expect(await (await fetch(`${url}/health`)).text()).toBe('OK')
}

async function createRun(url: string): Promise<{ id: string; root: string }> {
  const body = JSON.stringify({ experiment_id: '0', start_time: 1 })
  const answer = await fetch(`${url}/api/2.0/mlflow/runs/create`, { method: 'POST', body })
  const { info } = ((await answer.json()) as any).run
  const root = info.artifact_uri.replace('mlflow-artifacts:/', '')
  return { id: info.run_id, root: `/api/2.0/mlflow-artifacts/artifacts/${root}` }
}

/** What an upload leaves on its way into the LFS store. */
function onTheWay(repo: TestRepo): string[] {
  const folder = repo.path('.git/lfs/tmp')
  return existsSync(folder) ? readdirSync(folder) : []
}

describe('a client that is slow', () => {
  it('with the head of its request is hung up on', async () => {
    const { url } = await start()
    expect(await dribble(url, 'GET /health HTTP/1.1\r\nHo')).toMatch(/^(HTTP\/1\.1 408|$)/)
    await isWell(url)
  })

  it('with the body, byte by byte, is hung up on', async () => {
    const { url } = await start()
    const head =
      'POST /api/2.0/mlflow/runs/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{'
    const heard = await dribble(url, head, (socket) => {
      const timer = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(timer))
    })
    expect(heard).toBe('')
    await isWell(url)
  })

  it('or vanishes in the middle of a file leaves nothing of it', async () => {
    const { repo, url } = await start()
    const { root } = await createRun(url)
    const head = `PUT ${root}/model.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n`
    const vanished = dribble(url, head + 'x'.repeat(3_000_000), (socket) => {
      void vi.waitUntil(() => onTheWay(repo).length === 1, LONG).then(() => socket.destroy())
    })
    await vanished
    await vi.waitUntil(() => onTheWay(repo).length === 0, LONG)
    const slow = dribble(url, head + 'x'.repeat(3_000_000), (socket) => {
      const timer = setInterval(() => socket.write('x'), 100)
      socket.on('close', () => clearInterval(timer))
    })
    await vi.waitUntil(() => onTheWay(repo).length === 1, LONG)
    expect(await slow).toBe('')
    await vi.waitUntil(() => onTheWay(repo).length === 0, LONG)
    expect((await fetch(`${url}${root}/model.bin`)).status).toBe(404)
    const put = await fetch(`${url}${root}/model.bin`, { method: 'PUT', body: 'whole' })
    expect(put.status).toBe(200)
  })

  it('gets no more room for a body that does not say how long it is', async () => {
    const { url } = await start()
    const head =
      'POST /api/2.0/mlflow/runs/search HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
    const piece = `100000\r\n${' '.repeat(0x100000)}\r\n`
    const heard = dribble(url, head, (socket) => {
      let pieces = 0
      const push = (): void => {
        while (pieces++ < 40) if (!socket.write(piece)) return void socket.once('drain', push)
        socket.end('0\r\n\r\n')
      }
      push()
    })
    expect(await heard).toMatch(/^HTTP\/1\.1 413/)
    await isWell(url)
  })
})
