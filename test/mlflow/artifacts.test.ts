import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gitdir, teams } from '../support/repo.ts'
import { startServer, type TestServer } from './client.ts'

const PROXY = '/api/2.0/mlflow-artifacts/artifacts'

async function createRun(server: TestServer): Promise<{ run: string; root: string }> {
  const { body } = await server.post('runs/create', { experiment_id: '0', start_time: 1 })
  const { run_id: run, artifact_uri: uri } = body['run'].info
  return { run, root: uri.replace('mlflow-artifacts:/', '') }
}

describe('artifacts', () => {
  it('go into the LFS store and the outputs commit, and come back', async () => {
    const repo = await gitdir()
    const server = await startServer(repo)
    const { run, root } = await createRun(server)
    const content = Buffer.alloc(300_000, 'weights')
    const put = await server.fetch(`${PROXY}/${root}/a/model.bin`, { method: 'PUT', body: content })
    expect(put.status).toBe(200)
    await server.fetch(`${PROXY}/${root}/empty`, { method: 'PUT', body: '' })
    const got = await server.fetch(`${PROXY}/${root}/a/model.bin`)
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true)
    const listed = await server.get('artifacts/list', { run_id: run })
    expect(listed.body['files']).toEqual([
      { path: 'a', is_dir: true },
      { path: 'empty', is_dir: false },
    ])
    await server.post('runs/update', { run_id: run, status: 'FINISHED' })
    await server.stop()
    const note = await repo.git('notes', '--ref=model/runs', 'show', run)
    const outputs = /commit: ([0-9a-f]{40})\n +files/.exec(note)![1]!
    expect(await repo.git('show', `${outputs}:.model/artifacts/a/model.bin`)).toContain('size 300000')
    expect(await repo.git('rev-parse', `${outputs}^`)).toBe(run)
  })

  it('can be taken away and come back, and history keeps them', async () => {
    const repo = await gitdir()
    const server = await startServer(repo)
    const { run, root } = await createRun(server)
    const put = (name: string, body: string) =>
      server.fetch(`${PROXY}/${root}/${name}`, { method: 'PUT', body })
    const take = async (name: string): Promise<unknown> => {
      const answer = await server.fetch(`${PROXY}/${root}/${name}`, { method: 'DELETE' })
      return [answer.status, await answer.json()]
    }
    const names = async (from: TestServer): Promise<string[]> =>
      ((await from.get('artifacts/list', { run_id: run })).body['files'] ?? []).map((file: any) => file.path)
    for (const name of ['a.txt', 'b.txt', 'deep/c.txt', 'deep/er/d.txt']) await put(name, name)
    await server.post('runs/update', { run_id: run, status: 'FINISHED' })
    for (const name of ['a.txt', 'deep', 'b.txt', 'nothing']) expect(await take(name)).toEqual([200, {}])
    expect((await server.fetch(`${PROXY}/${root}/a.txt`)).status).toBe(404)
    await put('b.txt', 'b.txt')
    expect(await names(server)).toEqual(['b.txt'])
    await server.stop()
    const again = await startServer(repo)
    expect(await names(again)).toEqual(['b.txt'])
    const shown = await repo.model('show', '--json', run)
    expect(JSON.parse(shown.stdout).outputs.map((file: any) => file.path)).toEqual(['.model/artifacts/b.txt'])
    const note = await repo.git('notes', '--ref=model/runs', 'show', run)
    const outputs = /commit: ([0-9a-f]{40})\n +files/.exec(note)![1]!
    expect(await repo.git('show', `${outputs}:.model/artifacts/deep/c.txt`)).toContain('size 10')
  })

  it('stay inside', async () => {
    const repo = await gitdir()
    const server = await startServer(repo)
    const { root } = await createRun(server)
    for (const name of [
      '%2e%2e/x',
      'a%2f..%2f..%2fx',
      'a%5cb',
      '%00',
      'a%23b',
      '.git%2fconfig',
      '%2fetc%2fpasswd',
    ]) {
      const { status } = await server.fetch(`${PROXY}/${root}/${name}`, { method: 'PUT', body: 'x' })
      expect([name, status]).toEqual([name, 400])
    }
    const multipart = await server.fetch(`/api/2.0/mlflow-artifacts/mpu/create/${root}`, { method: 'POST' })
    expect([multipart.status, ((await multipart.json()) as any).message]).toEqual([
      501,
      'Multipart upload is not supported for the current artifact repository',
    ])
    expect(readdirSync(repo.dir).sort()).toEqual(['.git', 'train.py'])
  })

  it("of a teammate's model come from the remote", async () => {
    const { alice, bob } = await teams()
    const server = await startServer(alice)
    const { run, root } = await createRun(server)
    const { body } = await server.post('logged-models', {
      experiment_id: '0',
      source_run_id: run,
      name: 'clf',
    })
    const id = body['model'].info.model_id as string
    const place = root.replace(`${run}/artifacts`, `models/${id}/artifacts`)
    await server.fetch(`${PROXY}/${place}/MLmodel`, { method: 'PUT', body: 'flavors: {}' })
    await server.post(`logged-models/${id}`, { status: 'LOGGED_MODEL_READY' }, 'PATCH')
    await server.post('runs/update', { run_id: run, status: 'FINISHED' })
    await server.stop()
    for (const repo of [alice, bob]) expect((await repo.model('sync')).exitCode).toBe(0)
    const hers = await startServer(bob)
    const found = await hers.post('logged-models/search', { experiment_ids: ['0'], filter: "name = 'clf'" })
    expect(found.body['models'][0].info).toMatchObject({ model_id: id, status: 'LOGGED_MODEL_READY' })
    expect(await (await hers.fetch(`${PROXY}/${place}/MLmodel`)).text()).toBe('flavors: {}')
  })
})

describe('version numbers that two clones took at once', () => {
  it('are settled at the sync, for the one that was not published yet', async () => {
    const { alice, bob } = await teams()
    const servers = [await startServer(alice), await startServer(bob)]
    for (const [index, server] of servers.entries()) {
      await server.post('registered-models/create', { name: 'Clf' })
      await server.post('model-versions/create', { name: 'Clf', source: `s3://bucket/${index}` })
      await server.post('registered-models/alias', { name: 'Clf', alias: `of-${index}`, version: '1' })
    }
    for (const repo of [alice, bob, alice]) expect((await repo.model('sync')).exitCode).toBe(0)
    for (const server of servers) {
      const { body } = await server.get('model-versions/search', { order_by: 'version_number ASC' })
      expect(body['model_versions'].map((each: any) => [each.version, each.source, each.aliases])).toEqual([
        ['1', 's3://bucket/0', ['of-0']],
        ['2', 's3://bucket/1', ['of-1']],
      ])
      const next = await server.post('model-versions/create', { name: 'Clf', source: 's3://bucket/x' })
      expect(Number(next.body['model_version'].version)).toBeGreaterThan(2)
      break
    }
  })
})

describe('git model run', () => {
  it('leads what its command logs through the protocol into its own run', async () => {
    const repo = await gitdir({
      'train.mjs': [
        'const { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: run_id } = process.env',
        'const post = (endpoint, body) =>',
        '  fetch(`${uri}/api/2.0/mlflow/${endpoint}`, { method: "POST", body: JSON.stringify(body) })',
        'await post("experiments/create", { name: "digits" })',
        'await fetch(`${uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=digits`)',
        'await fetch(`${uri}/api/2.0/mlflow/runs/get?run_id=${run_id}`)',
        'await post("runs/log-metric", { run_id, key: "acc", value: 0.9, timestamp: 1 })',
        'await post("runs/update", { run_id, status: process.argv[2] })',
        'await post("runs/log-metric", { run_id, key: "late", value: 1, timestamp: 2 })',
      ].join('\n'),
      // As Python prints what it was given.
      'params.mjs': [
        'const { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: run_id } = process.env',
        'const log = async (key, value) => {',
        '  const body = JSON.stringify({ run_id, key, value })',
        '  return (await fetch(`${uri}/api/2.0/mlflow/runs/log-parameter`, { method: "POST", body })).status',
        '}',
        'const same = [await log("lr", "3e-05"), await log("shuffle", "True"), await log("name", "3")]',
        'const other = [await log("lr", "4e-05"), await log("shuffle", "False")]',
        'process.exitCode = same.every((s) => s === 200) && other.every((s) => s === 400) ? 0 : 9',
      ].join('\n'),
    })
    for (const status of ['FINISHED', 'FAILED']) {
      const ran = await repo.model('run', '--json', '--', process.execPath, 'train.mjs', status)
      expect(ran.exitCode).toBe(0)
      const { record } = JSON.parse(ran.stdout)
      expect(record).toMatchObject({ experiment: 'digits', status: status.toLowerCase(), revision: 1 })
      expect(Object.keys(record.metrics)).toEqual(['acc', 'late'])
    }
    const words = ['-p', 'lr=3e-5', '-p', 'shuffle=true', '-p', 'name=3']
    const given = await repo.model('run', '--json', ...words, '--', process.execPath, 'params.mjs')
    expect(given.exitCode).toBe(0)
    const without = await repo.model('run', '--no-mlflow', '--', 'sh', '-c', 'test -z "$MLFLOW_RUN_ID"')
    expect(without.exitCode).toBe(0)
    // Its links lead to pages that are not here.
    const quiet = await repo.model(
      'run',
      '--',
      'sh',
      '-c',
      'test "$MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT" = true',
    )
    expect(quiet.exitCode).toBe(0)
    const own = await repo.modelIn('.', ['run', '--', 'sh', '-c', 'test -z "$MLFLOW_RUN_ID"'], {
      env: { MLFLOW_TRACKING_URI: 'http://example.org' },
    })
    expect(own.exitCode).toBe(0)
  })

  it('writes the card of a model that its command logged, once for the same files', async () => {
    const repo = await gitdir({
      'train.mjs': [
        'const { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: run } = process.env',
        'const ask = async (path, body, method = "POST") => {',
        '  const answer = await fetch(`${uri}/api/2.0/${path}`, { method, body })',
        '  return answer.json()',
        '}',
        'const named = JSON.stringify({ experiment_id: "0", name: "clf", source_run_id: run })',
        'const { model } = await ask("mlflow/logged-models", named)',
        'const files = model.info.artifact_uri.replace("mlflow-artifacts:/", "mlflow-artifacts/artifacts/")',
        'await ask(`${files}/model.bin`, "weights", "PUT")',
        'const ready = JSON.stringify({ status: "LOGGED_MODEL_READY" })',
        'await ask(`mlflow/logged-models/${model.info.model_id}`, ready, "PATCH")',
      ].join('\n'),
    })
    const train = ['run', '--', process.execPath, 'train.mjs']
    const ran = await repo.model(...train)
    const spec = /^card of clf: git model card edit (.+)$/m.exec(ran.stderr)?.[1]
    expect([ran.exitCode, spec]).toEqual([0, expect.stringContaining('.model/models/m-')])
    const shown = await repo.model('card', 'show', '--json', spec!)
    const { card } = JSON.parse(shown.stdout).card
    expect([card.identity.name, card.weights.map((file: any) => file.path)]).toEqual([
      'clf',
      [expect.stringMatching(/^\.model\/models\/m-.*\/model\.bin$/)],
    ])
    expect(await repo.model(...train)).toMatchObject({
      exitCode: 0,
      stderr: expect.not.stringContaining('card of'),
    })
  })
})
