import { execa } from 'execa'
import path from 'node:path'
import { afterAll } from 'vitest'
import type { TestRepo } from '../support/repo.ts'

const program = path.resolve(import.meta.dirname, '../../dist/bin.js')
const running: Server[] = []

type Server = ReturnType<typeof launch>

afterAll(async () => {
  for (const server of running) server.kill()
  await Promise.allSettled(running)
})

/** An answer of the endpoint. */
export interface Answer {
  status: number
  body: Record<string, any>
}

/** A server that runs, and ways to ask it. */
export interface TestServer {
  readonly url: string
  get(endpoint: string, query?: Readonly<Record<string, string>>): Promise<Answer>
  post(endpoint: string, body?: object, method?: string): Promise<Answer>
  /** Asks with full control. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Ends it, and returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>
}

/** Starts `git model serve` on a free port. */
export async function startServer(repo: TestRepo, ...args: string[]): Promise<TestServer> {
  const server = launch(repo, args)
  running.push(server)
  const url = await firstLine(server)
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, init)
    return { status: response.status, body: (await response.json()) as Record<string, any> }
  }
  return {
    url,
    get: (endpoint, query = {}) => ask(`/api/2.0/mlflow/${endpoint}?${new URLSearchParams(query)}`),
    post: (endpoint, body = {}, method = 'POST') =>
      ask(`/api/2.0/mlflow/${endpoint}`, { method, body: JSON.stringify(body) }),
    fetch: (path, init) => fetch(`${url}${path}`, init),
    stop: async (signal = 'SIGTERM') => {
      server.kill(signal)
      return (await server).exitCode
    },
  }
}

function launch(repo: TestRepo, args: readonly string[]) {
  const port = args.includes('--port') ? [] : ['--port', '0']
  return execa(process.execPath, [program, 'serve', ...port, ...args], {
    cwd: repo.dir,
    reject: false,
    stdin: 'ignore',
  })
}

async function firstLine(server: Server): Promise<string> {
  let text = ''
  for await (const chunk of server.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
  }
  throw new Error(`the server ended: ${(await server).stderr}`)
}
