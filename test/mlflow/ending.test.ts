import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { gitdir, openTestRepo, temporaryFolder } from '../support/repo.ts'
import { startServer, type TestServer } from './client.ts'

const PROXY = '/api/2.0/mlflow-artifacts/artifacts'

async function createRun(server: TestServer): Promise<{ run: string; root: string }> {
  const { body } = await server.post('runs/create', { experiment_id: '0', start_time: 1 })
  const { run_id: run, artifact_uri: uri } = body['run'].info
  return { run, root: uri.replace('mlflow-artifacts:/', '') }
}

it('a server that is told to end while clients write has all that it said it had', async () => {
  const repo = await gitdir()
  const server = await startServer(repo)
  const { run, root } = await createRun(server)
  const answered: number[] = []
  const log = async (worker: number): Promise<void> => {
    for (let index = 0; ; index++) {
      const step = worker + 4 * index
      const metric = { run_id: run, key: 'loss', value: step, timestamp: 5, step }
      const answer = await server.post('runs/log-metric', metric).catch(() => undefined)
      if (answer?.status !== 200) return
      answered.push(step)
    }
  }
  const logging = [0, 1, 2, 3].map(log)
  const put = request(`${server.url}${PROXY}/${root}/model.bin`, {
    method: 'PUT',
    headers: { 'content-length': 9_000_000 },
  })
  put.on('error', () => {}).write(Buffer.alloc(3_000_000))
  const folder = repo.path('.git/lfs/tmp')
  const onTheWay = (): string[] => (existsSync(folder) ? readdirSync(folder) : [])
  await vi.waitUntil(() => answered.length > 20, { timeout: 60_000, interval: 10 })
  await vi.waitUntil(() => onTheWay().length === 1, { timeout: 60_000, interval: 10 })
  expect(await server.stop()).toBe(0)
  await Promise.all(logging)
  expect(onTheWay()).toEqual([])
  const again = await startServer(repo)
  const { body } = await again.get('metrics/get-history', { run_id: run, metric_key: 'loss' })
  const steps = new Set(body['metrics'].map(({ step }: { step: number }) => step))
  expect(answered.filter((step) => !steps.has(step))).toEqual([])
  expect((await again.get('artifacts/list', { run_id: run })).body['files']).toBeUndefined()
})

it('a server that is killed the moment a run has ended leaves it to whoever reads', async () => {
  const repo = await gitdir()
  const server = await startServer(repo)
  const { run } = await createRun(server)
  await server.post('runs/log-metric', { run_id: run, key: 'loss', value: 2, timestamp: 5, step: 1 })
  await server.post('runs/update', { run_id: run, status: 'FINISHED', end_time: 9000 })
  await server.stop('SIGKILL')
  const { stdout } = await repo.model('runs', '--json')
  expect(JSON.parse(stdout).runs[0]).toMatchObject({
    run,
    status: 'finished',
    metrics: { loss: { last: 2 } },
  })
  expect(await repo.git('notes', '--ref=model/runs', 'show', run)).toContain('status: finished')
})

it('a repository of SHA-256 serves as any other', async () => {
  const repo = openTestRepo(path.join(temporaryFolder(), 'repo'))
  mkdirSync(repo.dir)
  await repo.git('init', '--quiet', '--object-format=sha256')
  await repo.commit({ 'train.py': 'print(1)\n' })
  await repo.write('train.py', 'print(2)\n')
  const server = await startServer(repo)
  const { body } = await server.post('experiments/create', { name: 'digits' })
  const id = body['experiment_id'] as string
  const created = await server.post('runs/create', { experiment_id: id, start_time: 1 })
  const { run_id: run, artifact_uri: uri } = created.body['run'].info
  expect(run).toMatch(/^[0-9a-f]{64}$/)
  await server.post('runs/log-metric', { run_id: run, key: 'loss', value: 2, timestamp: 5, step: 1 })
  const root = uri.replace('mlflow-artifacts:/', '')
  expect((await server.fetch(`${PROXY}/${root}/a.txt`, { method: 'PUT', body: 'x' })).status).toBe(200)
  await server.post('registered-models/create', { name: 'Clf' })
  await server.post('model-versions/create', { name: 'Clf', source: 's3://bucket/1', run_id: run })
  await server.post('runs/update', { run_id: run, status: 'FINISHED' })
  expect(await server.stop()).toBe(0)
  expect(await repo.git('show', `${run}:train.py`)).toBe('print(2)')
  expect(await repo.git('notes', '--ref=model/runs', 'show', run)).toMatch(/loss: \{last: 2,/)
  const again = await startServer(repo)
  const found = await again.post('runs/search', { experiment_ids: [id], filter: 'metrics.loss = 2' })
  expect(found.body['runs'].map((each: any) => each.info.run_id)).toEqual([run])
  expect(await (await again.fetch(`${PROXY}/${root}/a.txt`)).text()).toBe('x')
  const versions = await again.get('model-versions/search')
  expect(versions.body['model_versions'][0]).toMatchObject({ name: 'Clf', version: '1', run_id: run })
})
