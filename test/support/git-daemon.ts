import { spawn } from 'node:child_process'
import { createConnection, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import path from 'node:path'
import { afterAll } from 'vitest'

const daemons: (() => void)[] = []

afterAll(() => {
  for (const stop of daemons.splice(0)) stop()
})

/**
 * Serves a bare repository over git's own protocol on loopback until the test file ends: a client that is killed leaves
 * the server's half of the push alive, as with a real host.
 *
 * @returns the address to clone from.
 */
export async function serveRepository(bare: string): Promise<string> {
  const port = await freePort()
  const child = spawn(
    'timeout',
    [
      // It ends by itself where the tests were killed.
      '3600',
      'git',
      'daemon',
      '--reuseaddr',
      '--listen=127.0.0.1',
      `--port=${port}`,
      '--export-all',
      '--enable=receive-pack',
      `--base-path=${path.dirname(bare)}`,
    ],
    { stdio: 'ignore' },
  )
  daemons.push(() => child.kill())
  for (let tries = 0; tries < 200; tries++) {
    if (await answers(port)) return `git://127.0.0.1:${port}/${path.basename(bare)}`
    await sleep(25)
  }
  throw new Error('git daemon does not answer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
