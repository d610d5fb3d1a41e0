import { execa } from 'execa'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../mlflow/client.ts'
import { gitdir, pathWithProgram, teams, temporaryFolder, type TestRepo } from '../support/repo.ts'
import { DIFFERENCES } from './differences.ts'
import { startMlflowServer } from './mlflow-server.ts'
import { pythonWithMlflow } from './python.ts'

const here = import.meta.dirname
const script = path.join(here, 'scenarios.py')
const stories = [...readFileSync(script, 'utf8').matchAll(/^@story\ndef (\w+)/gm)].map(([, name]) => name!)

interface Told {
  answer?: unknown
  error?: string
}

let python: string

beforeAll(async () => {
  python = await pythonWithMlflow()
})

async function tell(url: string): Promise<Record<string, Told>> {
  const cwd = temporaryFolder()
  const file = path.join(cwd, 'result.json')
  await execa(python, [script, file], {
    cwd,
    env: { MLFLOW_TRACKING_URI: url },
    stdio: 'ignore',
    reject: false,
  })
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Told>
}

describe("MLflow's client, told the same stories by this server and by MLflow's own", () => {
  let ours: Record<string, Told>
  let theirs: Record<string, Told>

  beforeAll(async () => {
    const server = await startServer(await gitdir())
    ours = await tell(server.url)
    theirs = await tell(await startMlflowServer(python))
  })

  it.each(stories)('%s', (name) => {
    expect(theirs[name]?.error).toBeUndefined()
    expect(ours[name]?.error).toBeUndefined()
    const expected = DIFFERENCES[name]?.(theirs[name]!.answer) ?? theirs[name]!.answer
    expect(ours[name]!.answer).toEqual(expected)
  })
})

describe('a script that was written for MLflow and never touched', () => {
  const env = { PATH: pathWithProgram() }

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

  it('records under git model run, and a teammate has its metrics, its frame and its predictions', async () => {
    const { alice, bob } = await teams({ 'train.py': readFileSync(path.join(here, 'train.py'), 'utf8') })
    const quiet = { MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true' }
    const ran = await alice.modelIn('.', ['run', '--json', '--', python, 'train.py'], { env: quiet })
    expect([ran.exitCode, ran.exitCode === 0 ? '' : ran.stderr]).toEqual([0, ''])
    const { run } = JSON.parse(ran.stdout)
    for (const repo of [alice, bob]) expect((await repo.model('sync')).exitCode).toBe(0)
    expect(await bob.git('log', '-1', '--notes=model/runs', run)).toMatch(/accuracy: \{last: /)
    const [mine, hers] = [await look(alice), await look(bob)]
    expect(hers).toEqual(mine)
    expect(mine).toMatchObject({ runs: 1, predictions: expect.arrayContaining([0, 1]) })
  })
})
