import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import { gitdir } from '../support/repo.ts'
import { startServer, type TestServer } from './client.ts'

/** What is true of some of the answers that `test/clients/bad_requests.py` compares with MLflow's own. */
describe('what nobody should send', () => {
  it('leads no version to files of the machine that reads it, nor to what its run does not have', async () => {
    const server = await startServer(await gitdir())
    await server.post('registered-models/create', { name: 'Clf' })
    const { body } = await server.post('runs/create', { experiment_id: '0', start_time: 1 })
    const { run_id: run, artifact_uri: root } = body['run'].info
    const make = async (source: string, more: object = {}): Promise<unknown> => {
      const made = await server.post('model-versions/create', { name: 'Clf', source, ...more })
      return made.status === 200 ? 200 : made.body['error_code']
    }
    const refused = [
      ...['/etc/passwd', 'file:///etc/passwd', 'FILE:/etc/passwd', '../x', 'C:/x', 's3://bucket'],
      ...['s3://b/../x', 's3://b/%252e%252e/x', 's3://b/x%00', 's3://b/./x', 'models://host/Clf/1'],
      ...[`runs:/${run}/m`, `${root}/m`],
    ]
    for (const source of refused)
      expect([source, await make(source)]).toEqual([source, 'INVALID_PARAMETER_VALUE'])
    expect(await make(`${root}x/m`, { run_id: run })).toBe('INVALID_PARAMETER_VALUE')
    expect(await make('models:/Clf/1')).toBe('RESOURCE_DOES_NOT_EXIST')
    for (const source of [`runs:/${run}/m`, `${root}/m`])
      expect(await make(source, { run_id: run })).toBe(200)
    expect(await make('s3://bucket/m?versionId=1')).toBe(200)
  })

  it('is a path with .. in it, however it is written', async () => {
    const server = await startServer(await gitdir())
    for (const path of [
      '/../x',
      '/%2e%2e/x',
      '/%252e%252e/x',
      '/0/a/../../x',
      '//etc/passwd',
      '/a%5cb',
      '/a%00b',
    ]) {
      const answer = await raw(server, `/api/2.0/mlflow-artifacts/artifacts${path}`)
      expect([path, answer]).toEqual([path, [400, 'Invalid path']])
    }
    expect(await raw(server, '/api/2.0/mlflow-artifacts/artifacts')).toEqual([200, undefined])
    expect(await raw(server, `${server.url}/api/2.0/mlflow/experiments/get?experiment_id=0`)).toEqual([
      200,
      undefined,
    ])
  })
})

describe('a version that is a copy of another', () => {
  it('has its files, its run and its model, through any number of copies', async () => {
    const server = await startServer(await gitdir())
    const { body } = await server.post('logged-models', { experiment_id: '0', name: 'clf' })
    const { model_id: model, artifact_uri: files } = body['model'].info
    for (const name of ['A', 'B', 'C']) await server.post('registered-models/create', { name })
    const make = async (name: string, source: string): Promise<any> =>
      (await server.post('model-versions/create', { name, source })).body['model_version']
    await make('A', `models:/${model}`)
    await server.post('registered-models/alias', { name: 'A', alias: 'best', version: '1' })
    expect((await make('B', 'models:/A@best')).model_id).toBe(model)
    expect((await make('C', 'models:/B/latest')).model_id).toBe(model)
    const where = await server.get('model-versions/get-download-uri', { name: 'C', version: '1' })
    expect(where.body['artifact_uri']).toBe(files)
  })
})

// `fetch` takes `..` away before it asks.
function raw(server: TestServer, path: string): Promise<[status: number | undefined, message: unknown]> {
  const { port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () =>
        resolve([response.statusCode, (JSON.parse(text) as Record<string, unknown>)['message']]),
      )
    }).on('error', reject)
  })
}
