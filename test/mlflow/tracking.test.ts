import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import { gitdir, teams } from '../support/repo.ts'
import { startServer, type TestServer } from './client.ts'

async function createRun(server: TestServer, fields: object = {}): Promise<string> {
  const { body } = await server.post('runs/create', { experiment_id: '0', start_time: 1, ...fields })
  return body['run'].info.run_id as string
}

describe('a run through the endpoint', () => {
  it('is a run of the repository, with the uncommitted work tree', async () => {
    const repo = await gitdir()
    await repo.write('train.py', 'print(2)\n')
    const server = await startServer(repo)
    const run = await createRun(server, { run_name: 'first', tags: [{ key: 'team', value: 'red' }] })
    for (const step of [0, 1, 2]) {
      await server.post('runs/log-metric', {
        run_id: run,
        key: 'loss',
        value: 1 / (step + 1),
        timestamp: 5,
        step,
      })
    }
    await server.post('runs/log-batch', {
      run_id: run,
      metrics: [{ key: 'acc', value: 'NaN', timestamp: '6', step: 1 }],
      params: [{ key: 'lr', value: '0.001' }],
      tags: [{ key: 'mlflow.runName', value: 'renamed' }],
    })
    await server.post('runs/update', { run_id: run, status: 'FINISHED', end_time: 9000 })
    expect(await server.stop()).toBe(0)
    expect(await repo.git('show', `${run}:train.py`)).toBe('print(2)')
    const note = await repo.git('notes', '--ref=model/runs', 'show', run)
    expect(note).toContain('name: renamed')
    expect(note).toContain('status: finished')
    expect(note).toContain('finished: "1970-01-01T00:00:09.000Z"')
    expect(note).toContain('lr: "0.001"')
    expect(note).toMatch(/acc: \{last: "NaN"/)
    expect(note).toMatch(/loss: \{last: 0\.3333\d+, step: 2, .*count: 3/)
  })

  it('reads the same while it runs, when it ended, and from a server that starts later', async () => {
    const repo = await gitdir()
    const server = await startServer(repo)
    const run = await createRun(server)
    await server.post('runs/log-metric', { run_id: run, key: 'loss', value: 2, timestamp: 5, step: 1 })
    const live = await server.get('runs/get', { run_id: run })
    const history = await server.get('metrics/get-history', { run_id: run, metric_key: 'loss' })
    await server.post('runs/update', { run_id: run, status: 'FAILED', end_time: 7 })
    await server.stop()
    const second = await startServer(repo)
    const stored = await second.get('runs/get', { run_id: run })
    expect(stored.body['run'].data).toEqual(live.body['run'].data)
    expect(stored.body['run'].info).toMatchObject({ status: 'FAILED', end_time: 7 })
    expect(await second.get('metrics/get-history', { run_id: run, metric_key: 'loss' })).toEqual(history)
  })

  it('goes on after it ended', async () => {
    const repo = await gitdir()
    const server = await startServer(repo)
    const run = await createRun(server)
    await server.post('runs/update', { run_id: run, status: 'FINISHED', end_time: 7 })
    await server.post('runs/update', { run_id: run, status: 'RUNNING' })
    await server.post('runs/log-metric', { run_id: run, key: 'loss', value: 2, timestamp: 5 })
    await server.post('runs/update', { run_id: run, status: 'FINISHED', end_time: 11 })
    await server.stop()
    const note = await repo.git('notes', '--ref=model/runs', 'show', run)
    expect(note).toContain('finished: "1970-01-01T00:00:00.011Z"')
    expect(note).toContain('loss: {last: 2')
  })

  it('is seen by a second server at once, and both may write', async () => {
    const repo = await gitdir()
    const [one, two] = [await startServer(repo), await startServer(repo)]
    const run = await createRun(one)
    expect((await two.post('runs/log-parameter', { run_id: run, key: 'lr', value: '1' })).status).toBe(200)
    expect((await one.post('runs/log-parameter', { run_id: run, key: 'lr', value: '2' })).status).toBe(400)
    await two.post('runs/update', { run_id: run, status: 'FINISHED' })
    expect((await one.get('runs/get', { run_id: run })).body['run'].info.status).toBe('FINISHED')
    await one.stop()
    await two.stop()
    expect(await repo.git('notes', '--ref=model/runs', 'show', run)).toContain('lr: "1"')
  })
})

describe('an experiment', () => {
  it('has the same id in two clones that never met, and both renames and tags survive a sync', async () => {
    const { alice, bob } = await teams()
    const [one, two] = [await startServer(alice), await startServer(bob)]
    const made = await Promise.all(
      [one, two].map((server) => server.post('experiments/create', { name: 'digits' })),
    )
    const [id] = made.map(({ body }) => body['experiment_id'] as string)
    expect(made[1]!.body['experiment_id']).toBe(id)
    await one.post('experiments/set-experiment-tag', { experiment_id: id, key: 'a', value: '1' })
    await two.post('experiments/set-experiment-tag', { experiment_id: id, key: 'b/c', value: '2' })
    for (const repo of [alice, bob, alice]) expect((await repo.model('sync')).exitCode).toBe(0)
    for (const server of [one, two]) {
      const { body } = await server.get('experiments/get', { experiment_id: id! })
      expect(body['experiment'].tags).toEqual([
        { key: 'a', value: '1' },
        { key: 'b/c', value: '2' },
      ])
    }
  })

  it('keeps its runs when it is renamed, and its old name is free', async () => {
    const repo = await gitdir()
    const server = await startServer(repo)
    const { body } = await server.post('experiments/create', { name: 'digits' })
    const id = body['experiment_id'] as string
    const run = await createRun(server, { experiment_id: id })
    await server.post('experiments/update', { experiment_id: id, new_name: 'letters' })
    const again = await server.post('experiments/create', { name: 'digits' })
    expect(again.body['experiment_id']).not.toBe(id)
    const found = await server.post('runs/search', { experiment_ids: [id] })
    expect(found.body['runs'].map((each: any) => each.info.run_id)).toEqual([run])
    const named = await server.get('experiments/get-by-name', { experiment_name: 'letters' })
    expect(named.body['experiment'].experiment_id).toBe(id)
  })
})

describe('what cannot be', () => {
  it('is answered as MLflow words it', async () => {
    const server = await startServer(await gitdir())
    const ask = async (endpoint: string, body: object): Promise<unknown> => {
      const { status, body: answer } = await server.post(endpoint, body)
      return [status, answer['error_code'], answer['message']]
    }
    const see = ' See the API docs for more information about request parameters.'
    expect(await ask('runs/log-metric', {})).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
      `Missing value for required parameter 'run_id'.${see}`,
    ])
    const metrics = [{ key: 'a', value: 1, timestamp: -1 }]
    expect(await ask('runs/log-batch', { run_id: 'x', metrics })).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
      "Invalid value -1 for parameter 'metrics[0].timestamp' supplied: " +
        "metric 'a' (value=1.0). Timestamp must be a nonnegative long (64-bit integer) ",
    ])
    expect(await ask('runs/set-tag', { run_id: 'x', key: 'a', value: 'b' })).toEqual([
      404,
      'RESOURCE_DOES_NOT_EXIST',
      'Run with id=x not found',
    ])
    expect(await ask('traces', {})).toMatchObject([404, 'ENDPOINT_NOT_FOUND', expect.any(String)])
    expect(await ask('runs/search', { experiment_ids: ['0'], filter: 'metrics.a = ' })).toMatchObject([
      400,
      'INVALID_PARAMETER_VALUE',
      expect.any(String),
    ])
  })

  it('is refused when a web page may have sent it', async () => {
    const server = await startServer(await gitdir())
    const origin = await server.fetch('/api/2.0/mlflow/experiments/get?experiment_id=0', {
      headers: { origin: 'https://example.org' },
    })
    expect(origin.status).toBe(403)
    const own = await server.fetch('/api/2.0/mlflow/experiments/get?experiment_id=0', {
      headers: { origin: server.url },
    })
    expect(own.status).toBe(200)
  })
})

describe('an endpoint beyond this machine', () => {
  it('needs a token, and asks for it', async () => {
    const repo = await gitdir()
    const refused = await repo.model('serve', '--host', '0.0.0.0', '--port', '0')
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('--token')])
    const server = await startServer(repo, '--host', '0.0.0.0', '--token', 'secret')
    const local = server.url.replace('0.0.0.0', '127.0.0.1')
    const ask = async (authorization?: string): Promise<number> => {
      const headers = authorization === undefined ? {} : { authorization }
      return (await fetch(`${local}/api/2.0/mlflow/experiments/get?experiment_id=0`, { headers })).status
    }
    expect(await ask()).toBe(401)
    expect(await ask('Bearer wrong')).toBe(401)
    expect(await ask('Bearer secret')).toBe(200)
    expect(await ask(`Basic ${Buffer.from('me:secret').toString('base64')}`)).toBe(200)
  })

  it('knows its own names alone, and bounds what it reads', async () => {
    const server = await startServer(await gitdir())
    const { port } = new URL(server.url)
    const named = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const path = '/api/2.0/mlflow/experiments/get?experiment_id=0'
        get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject)
      })
    expect(await named(`localhost:${port}`)).toBe(200)
    expect(await named('evil.example')).toBe(403)
    const long = await server.fetch('/api/2.0/mlflow/runs/log-batch', {
      method: 'POST',
      body: 'x'.repeat(33 * 1024 * 1024),
    })
    expect(long.status).toBe(413)
    const text = await server.fetch('/api/2.0/mlflow/runs/search', { method: 'POST', body: '[1' })
    expect([text.status, ((await text.json()) as { error_code: string }).error_code]).toEqual([
      400,
      'BAD_REQUEST',
    ])
  })
})
