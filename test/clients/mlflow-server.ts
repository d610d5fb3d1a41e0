import { execa } from 'execa'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { temporaryFolder } from '../support/repo.ts'

const running: { kill: () => void }[] = []

afterAll(() => {
  for (const server of running) server.kill()
})

/** Starts MLflow's own server, on SQLite. @returns its address. */
export async function startMlflowServer(python: string): Promise<string> {
  const cwd = temporaryFolder()
  const port = await freePort()
  const options = ['--backend-store-uri', 'sqlite:///db', '--artifacts-destination', './artifacts']
  const server = execa(
    path.join(path.dirname(python), 'mlflow'),
    ['server', ...options, '--port', String(port)],
    {
      cwd,
      // What no story asks for needs processes of its own.
      env: { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' },
      reject: false,
      stdio: 'ignore',
      detached: true,
    },
  )
  // It has workers of its own: the whole group goes.
  running.push({ kill: () => void process.kill(-server.pid!, 'SIGTERM') })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 300; attempt++) {
    if ((await fetch(`${url}/health`).catch(() => undefined))?.ok === true) return url
    if (server.exitCode !== null) break
    await sleep(500)
  }
  throw new Error('MLflow did not start: its own server is at fault')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
