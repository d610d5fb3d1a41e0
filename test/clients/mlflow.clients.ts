import { execa } from 'execa'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { startServer } from '../mlflow/client.ts'
import { gitdir, pathWithProgram, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { DIFFERENCES } from './differences.ts'
import { startMlflowServer } from './mlflow-server.ts'
import { pythonWithMlflow } from './python.ts'

const here = import.meta.dirname
const script = path.join(here, 'tell_stories.py')
const stories = ['scenarios.py', 'real_scripts.py', 'bad_requests.py'].flatMap((file) =>
  [...readFileSync(path.join(here, file), 'utf8').matchAll(/^@story\ndef (\w+)/gm)].map(([, name]) => name!),
)

interface Told {
  answer?: unknown
  error?: string
}

let python: string

beforeAll(async () => {
  python = await pythonWithMlflow()
})

const QUIET = {
  PYTHONDONTWRITEBYTECODE: '1',
  MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
  MLFLOW_DISABLE_TELEMETRY: 'true',
}
/** So long the stories may take all together, in milliseconds; the slowest machine needs a third of it. */
const PATIENCE = 1_200_000

async function tell(url: string): Promise<Record<string, Told>> {
  const cwd = temporaryFolder()
  const file = path.join(cwd, 'result.json')
  const env = { ...QUIET, MLFLOW_TRACKING_URI: url }
  const told = await execa(python, [script, file], { cwd, env, reject: false, timeout: PATIENCE, all: true })
  if (!existsSync(file)) throw new Error(`no story was told: ${told.all.slice(-3000)}`)
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Told>
}

describe("MLflow's client, told the same stories by this server and by MLflow's own", () => {
  let ours: Record<string, Told>
  let theirs: Record<string, Told>

  beforeAll(async () => {
    const server = await startServer(await gitdir())
    const address = await startMlflowServer(python)
    ;[ours, theirs] = await Promise.all([tell(server.url), tell(address)])
  })

  it.each(stories)('%s', (name) => {
    expect([name, theirs[name]?.error ?? 'told']).toEqual([name, 'told'])
    expect([name, ours[name]?.error ?? 'told']).toEqual([name, 'told'])
    expect([theirs[name], ours[name]]).not.toContain(undefined)
    const expected = DIFFERENCES[name]?.(theirs[name]!.answer) ?? theirs[name]!.answer
    expect(ours[name]!.answer).toEqual(expected)
  })
})

describe('a script that was written for MLflow and never touched', () => {
  const env = { PATH: pathWithProgram(), ...QUIET }

  async function look(repo: TestRepo): Promise<unknown> {
    const server = await startServer(repo)
    const { stdout } = await execa(python, [path.join(here, 'look.py')], {
      cwd: repo.dir,
      env: { ...env, MLFLOW_TRACKING_URI: server.url },
      stderr: 'ignore',
    })
    await server.stop()
    return JSON.parse(stdout)
  }

  it('records under git model run, and a teammate who pulls has its metrics, its frame and its predictions', async () => {
    const { alice, bob } = await teams({ 'train.py': readFileSync(path.join(here, 'train.py'), 'utf8') })
    const ran = await alice.modelIn('.', ['run', '--json', '--', python, 'train.py'], { env: QUIET })
    expect([ran.exitCode, ran.exitCode === 0 ? '' : ran.stderr]).toEqual([0, ''])
    const { run } = JSON.parse(ran.stdout)
    await alice.commit({ 'README.md': 'Digits\n' }, 'a baseline')
    await alice.git('push', '--quiet')
    await bob.git('pull', '--quiet')
    expect(await bob.git('log', '-1', '--notes=model/runs', run)).toMatch(/accuracy: \{last: /)
    const [mine, hers] = [await look(alice), await look(bob)]
    expect(hers).toEqual(mine)
    const predictions = Array.from({ length: 20 }, (_, index) => (2 * index > 20 ? 1 : 0))
    expect(mine).toMatchObject({ runs: 1, predictions })
  })

  it('goes on where the server was gone for a while: nothing that it logged is missing', async () => {
    const repo = await gitdir()
    const first = await startServer(repo)
    const port = new URL(first.url).port
    const cwd = temporaryFolder()
    const client = execa(python, [path.join(here, 'patient.py')], {
      cwd,
      env: { ...QUIET, MLFLOW_TRACKING_URI: first.url },
      reject: false,
      all: true,
    })
    await vi.waitUntil(() => existsSync(path.join(cwd, 'half')), { timeout: 300_000, interval: 100 })
    await first.stop('SIGKILL')
    const second = await startServer(repo, '--port', port)
    expect([(await client).exitCode, (await client).exitCode === 0 ? '' : (await client).all]).toEqual([
      0,
      '',
    ])
    const { body } = await second.post('runs/search', { experiment_ids: ['0'] })
    const { run_id: id, status } = body['runs'][0].info
    const history = await second.get('metrics/get-history', { run_id: id, metric_key: 'm' })
    const steps = history.body['metrics'].map(({ step }: { step: number }) => step)
    expect([status, body['runs'].length, steps]).toEqual([
      'FINISHED',
      1,
      Array.from({ length: 40 }, (_, step) => step),
    ])
  })
})
